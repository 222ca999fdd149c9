"""The five regions side by side in one running system, and people who act in each.

A region's pack is put to work on the day its document begins (`deploy.sample.people.REGIONS`).
Tests bring their own units; what one test enters belongs to it alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

import httpx2

from deploy.sample import people
from deploy.sample.chain import moment
from deploy.sample.units import ALPHABET, credit_code
from shared.contracts import registry as reg
from shared.contracts.message import Actor, Command
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of
from shared.policy.load import pack_ids
from tests.support.system import System

Row = dict[str, Any]
_NUMBERS = count(ALPHABET.index("R") * 31**4)


@dataclass
class Regions:
    """What a test does in any region."""

    system: System
    active: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Every region's pack at work, once."""
        for region in people.REGIONS[1:]:
            if region.pack in pack_ids():
                first = moment(region.since)
                act = self.system.chain.activate(
                    region.pack, region.since, "测试启用", first, node=region.node
                )
                self.system.do(act)
                self.active.add(region.pack)

    def ask(
        self, command: Command, actor: Actor, at: date | datetime | None = None, patience: float = 0
    ) -> Any:
        """One act over REST; `Refused` when the rules say no. A day stands for its morning."""
        when = at if at is None or isinstance(at, datetime) else moment(at)
        return self.system.ask(command, actor, when, patience=patience)

    def refused(self, command: Command, actor: Actor, at: date | datetime | None = None) -> Refused:
        """The refusal of an act that must not go through."""
        try:
            answer = self.ask(command, actor, at)
        except Refused as refused:
            return refused
        raise AssertionError(f"{command.name} went through: {answer}")

    def enter(
        self, division: str, kind: str = "enterprise", *, suite: str = "", **more: Any
    ) -> Row:
        """A unit on the register, entered by the clerk of the nearest office.

        `at`: the day of the act, else the 5th of January 2026; the rest are fields of the entry.
        """
        at = more.pop("at", date(2026, 1, 5))
        number = next(_NUMBERS)
        given: dict[str, Any] = {
            "kind": kind, "division": division, "headcount": 120, "name_text": f"试点{number}号",
        }  # fmt: skip
        if kind == "enterprise":
            given |= {
                "code": credit_code(area_of(division)[:6], number), "industry": "C34",
                "name_text": f"试点{number}号机械有限公司",
            }  # fmt: skip
        entry = reg.UnitEntry.model_validate(given | more)
        clerk = people.clerk(office_of(division, suite))
        return dict(self.ask(reg.RegisterUnit(entry=entry), clerk, at))

    def user(self, unit: Row) -> Actor:
        """The unit's own person."""
        return people.unit_user(unit["unit_id"], unit["name_text"], unit["division"])

    def send(
        self,
        method: str,
        path: str,
        actor: Actor,
        *,
        at: date | datetime | None = None,
        body: Any = None,
        **query: Any,
    ) -> httpx2.Response:
        """One request below /api/v1 as it stands, whatever it answers."""
        headers = {"authorization": f"Bearer {self.system.token(actor)}"}
        if at is not None:
            headers["hexie-clock"] = (at if isinstance(at, datetime) else moment(at)).isoformat()
        if method == "POST":
            headers["idempotency-key"] = f"test-{next(_NUMBERS)}"
        return self.system.http.request(
            method, f"/api/v1{path}", headers=headers, json=body, params=query
        )

    def read(self, path: str, actor: Actor, at: date | None = None, **query: Any) -> Any:
        """The answer of a GET below /api/v1."""
        return self.send("GET", path, actor, at=at, **query).raise_for_status().json()


def office_of(division: str, suite: str = "") -> str:
    """The office that answers for a division."""
    from shared.runtime.organisations import office_for

    found = office_for(division, suite)
    assert found is not None, f"no office answers for {division}"
    return found.code
