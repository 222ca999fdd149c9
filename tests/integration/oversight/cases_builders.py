"""A unit with a title, an agency's trigger on it, and people who act: all through real handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.oversight.handlers import cases, cases_decide, review, titles_heard
from services.oversight.handlers.holds import NewHold, place_hold
from services.oversight.store import holds as hold_store
from services.oversight.store.tables_feed import agency, inbox_event
from shared.contracts.message import SYSTEM, Actor, Envelope, Event
from shared.contracts.oversight import (
    ConfirmTrigger,
    DecideCase,
    RecordOpinion,
    RecordStatement,
)
from shared.contracts.registry import PackActivated, TitleGranted, UnitEntered
from shared.messaging.tx import Heard, Tx
from shared.policy.codec import pack_to_json
from shared.policy.pack import Pack
from shared.runtime.ids import new_id
from shared.runtime.organisations import bodies_of

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # 10:00 in Ningbo
CITY, HAISHU, YINZHOU = "330200", "330203", "330212"

CLERK = Actor(id="user_clerk", name="陈经办", node=CITY, roles=("clerk",))
REVIEWER = Actor(id="user_reviewer", name="周审核", node=CITY, roles=("reviewer",))
DISTRICT_CLERK = Actor(id="user_hs", name="林经办", node=HAISHU, roles=("clerk", "reviewer"))
OTHER_DISTRICT = Actor(id="user_yz", name="许经办", node=YINZHOU, roles=("clerk", "reviewer"))


def a_seat(body: str, node: str = CITY) -> Actor:
    """The person who sits for a body."""
    return Actor(id=f"seat_{body}", name=f"{body}代表", node=node, roles=("seat",), body=body)


BODIES = tuple(body.name for body in bodies_of(CITY, NOW.date()))


@dataclass
class Oversight:
    """Oversight's handlers on one rolled-back transaction, spoken to by anybody at any time."""

    tx_for: Callable[..., Tx]
    said: list[Event] = field(default_factory=list)

    def tx(self, actor: Actor = CLERK, now: datetime = NOW) -> Tx:
        """A transaction of this person at this time."""
        return self.tx_for("oversight", actor=actor, now=now)

    def ask(
        self, handle: Callable[..., Any], command: Any, actor: Actor = CLERK, now: datetime = NOW
    ) -> Any:
        """One act; what it said is kept in `said`, and written to the outbox."""
        tx = self.tx(actor, now)
        answer = handle(tx, command)
        self.said += tx.said
        tx.flush()
        return answer

    def hear(self, *events: Event, now: datetime = NOW) -> None:
        """Hear facts in this order."""
        tx = self.tx(SYSTEM, now)
        titles_heard.follow(tx, [Heard(event, _envelope(event, now)) for event in events])
        self.said += tx.said
        tx.flush()

    def said_of(self, kind: type[Event]) -> list[Any]:
        """What was said of one kind."""
        return [event for event in self.said if isinstance(event, kind)]

    def activate(self, pack: Pack) -> None:
        """Put a pack to work for Ningbo."""
        self.hear(
            PackActivated(
                pack_id=pack.id,
                pack_version=pack.version,
                fingerprint=pack.fingerprint,
                jurisdiction=CITY,
                effective_on=date(2025, 1, 1),
                reason="测试启用",
                content=pack_to_json(pack),
            )
        )

    def a_unit(self, division: str = HAISHU, name: str = "宁波甬江精密机械有限公司") -> str:
        """A unit on the register."""
        unit_id = new_id("unit")
        self.hear(
            UnitEntered(
                unit_id=unit_id,
                kind="enterprise",
                name_text=name,
                code=unit_id[-18:].upper(),
                division=division,
            )
        )
        return unit_id

    def a_titled_unit(self, level: str = "city", **unit: str) -> tuple[str, str]:
        """A unit with a title: (unit id, title id)."""
        unit_id = self.a_unit(**unit)
        return unit_id, self.a_title(unit_id, level)

    def a_title(self, unit_id: str, level: str = "city") -> str:
        """A title the register has granted."""
        title_id = new_id("title")
        self.hear(
            TitleGranted(
                unit_id=unit_id,
                title_id=title_id,
                title_kind="demonstration",
                title_text="宁波市和谐劳动关系创建示范企业",
                level=level,
                number="2025-001",
                plaque_number="甬和2025001",
                granted_on=date(2025, 6, 1),
                round_year=2025,
                decision_id="registry-decision-1",
            )
        )
        return title_id

    def a_trigger(
        self,
        unit_id: str,
        *,
        kind: str = "labour_inspection.case_decided",
        ground: str = "major_violation",
        effect: str = "suspend",
        clause: str = "NB23:二(五).3",
        at: datetime = NOW,
        **said: Any,
    ) -> str:
        """An accepted event of an agency that waits for a person, with its hold if it suspends."""
        tx = self.tx(SYSTEM, at)
        code = f"a{new_id('x')[-12:]}"
        trigger_id, inbox_id = tx.new_id("trigger"), tx.new_id("inbox")
        tx.session.execute(
            agency.insert().values(
                code=code,
                agency_name="宁波市劳动保障监察支队",
                node="330200",
                types=[kind],
                active=True,
                added_at=at,
                added_by="user_admin",
                contiguous=1,
                highest=1,
            )
        )
        tx.session.execute(
            inbox_event.insert().values(
                inbox_id=inbox_id,
                agency=code,
                channel="amqp",
                user_id=code,
                sig="",
                content_type="application/cloudevents+json",
                body=b"{}",
                body_size=2,
                body_hash=b"h",
                fingerprint=b"f",
                received_at=at,
            )
        )
        waits = effect in ("suspend", "review")
        hold_store.save_triggers(
            tx,
            [
                {
                    "trigger_id": trigger_id,
                    "inbox_id": inbox_id,
                    "agency": code,
                    "event_id": f"e-{trigger_id}",
                    "type": kind,
                    "unit_id": unit_id,
                    "occurred_at": at - timedelta(hours=1),
                    "received_at": at,
                    "data": said,
                    "ground": ground,
                    "effect": effect,
                    "rule_id": "case_decided",
                    "clause": clause,
                    "says": "劳动保障监察已作出决定，激励立即暂停，由人核实。",
                    "fingerprint": "0" * 64,
                    "state": "pending" if waits else "recorded",
                }
            ],
        )
        if waits:
            review_row = {"trigger_id": trigger_id, "unit_id": unit_id, "asks": "", "opened_at": at}
            hold_store.save_reviews(tx, [review_row])
        if effect in ("suspend", "lift_exemption"):
            new = NewHold(
                trigger_id, unit_id, effect, "监察决定", clause, code, f"e-{trigger_id}", at
            )
            place_hold(tx, new)
        self.said += tx.said
        return trigger_id

    def confirm(self, trigger_id: str, actor: Actor = CLERK, **facts: Any) -> Any:
        """A person confirms a trigger."""
        command = ConfirmTrigger(trigger_id=trigger_id, remark="已核对处理决定书。", **facts)
        return self.ask(review.confirm_trigger, command, actor)

    def an_open_case(self, level: str = "city", **unit: str) -> tuple[str, str, str]:
        """A case opened on a confirmed major violation: (case id, unit id, title id)."""
        unit_id, title_id = self.a_titled_unit(level, **unit)
        answer = self.confirm(self.a_trigger(unit_id), severity="major")
        return answer.case_ids[0], unit_id, title_id

    def heard_case(self, level: str = "city") -> tuple[str, str, str]:
        """The same, after the unit was heard."""
        found = self.an_open_case(level)
        self.ask(
            cases.record_statement,
            RecordStatement(
                case_id=found[0], heard_on=NOW.date(), speaker="负责人", text="承认欠薪，已补发。"
            ),
        )
        return found

    def say(self, case_id: str, body: str, consent: str = "revoke", **more: Any) -> Any:
        """One body's own opinion."""
        command = RecordOpinion.model_validate(
            {"case_id": case_id, "body": body, "consent": consent, "text": "已研究。"} | more
        )
        return self.ask(cases.record_opinion, command, a_seat(body))

    def all_say(self, case_id: str, consent: str = "revoke") -> None:
        """Every body of the city says the same."""
        for body in BODIES:
            self.say(case_id, body, consent)

    def decide(self, case_id: str, outcome: str = "revoke", actor: Actor = REVIEWER) -> Any:
        """Write down the conclusion."""
        command = DecideCase.model_validate(
            {"case_id": case_id, "outcome": outcome, "says": "经集体会商一致。"}
        )
        return self.ask(cases_decide.decide_case, command, actor)


def _envelope(event: Event, now: datetime) -> Envelope:
    return Envelope(
        id=new_id("evt"),
        source=event.name.partition(".")[0],
        type=event.name,
        version=event.version,
        time=now,
        subject=event.subject(),
        sequence=1,
        correlation_id=new_id("c"),
        actor=SYSTEM,
        data=event.model_dump(mode="json"),
    )
