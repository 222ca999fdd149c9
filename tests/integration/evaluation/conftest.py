"""Evaluation with the Ningbo pack at work, units it has heard of, and the people who act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from services.evaluation.domain.records import Nomination
from services.evaluation.domain.stages import NominationStage
from services.evaluation.handlers import (
    applications,
    assessments,
    hearing,
    nominations,
    notices,
    opinions,
    recognition,
    rounds,
)
from services.evaluation.store import rounds as store
from shared.contracts import evaluation as say
from shared.contracts import evaluation_round as city
from shared.contracts import oversight, registry
from shared.contracts.evaluation_answers import (
    ApplicationView,
    AssessmentView,
    EvidenceRef,
    IndicatorResult,
)
from shared.contracts.evaluation_round_answers import NominationView, Page, RoundView
from shared.contracts.message import Actor, Envelope, Event
from shared.messaging.tx import Heard, Tx
from shared.policy.codec import pack_to_json, sealed
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from shared.runtime import organisations

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)

CLERK = Actor(id="haishu_clerk", name="海曙经办", node="330203", roles=("clerk",))
REVIEWER = Actor(id="haishu_reviewer", name="海曙审核", node="330203", roles=("reviewer",))
ELSEWHERE = Actor(id="jiangbei_clerk", name="江北经办", node="330205", roles=("clerk",))
CITY_CLERK = Actor(id="city_clerk", name="市经办", node="330200", roles=("clerk",))
CITY_REVIEWER = Actor(id="city_reviewer", name="市审核", node="330200", roles=("reviewer",))
PUBLIC = Actor(id="public", name="公众")

AFTER = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)  # the day after five working days from 10 March
INVESTIGATOR = CITY_CLERK.model_copy(update={"id": "city_investigator", "name": "市核查"})

_numbers = count(1)
Acting = Callable[..., Tx]
FILE = EvidenceRef(file_id="file_1", name="证明材料.pdf", sha256="0" * 64)


def seats_of(node: str) -> list[Actor]:
    """A person in each seat of a node."""
    return [
        Actor(
            id=f"seat_{node}_{n}",
            name=f"{body.name}代表",
            node=node,
            roles=("seat",),
            side=body.side.value,
            body=body.name,
        )
        for n, body in enumerate(organisations.bodies_of(node, TODAY))
    ]


def user_of(unit_id: str) -> Actor:
    """A person of the unit."""
    return Actor(id=f"user_{unit_id}", name="单位经办", roles=("unit",), unit_id=unit_id)


def heard(event: Event, *, time: datetime = NOON) -> Heard:
    """An event as it reaches a hearer."""
    envelope = Envelope(
        id=f"evt_{next(_numbers)}",
        source=event.name.partition(".")[0],
        type=event.name,
        version=event.version,
        time=time,
        subject=event.subject(),
        sequence=1,
        correlation_id="c_test",
        actor=CITY_CLERK,
        data=event.model_dump(mode="json"),
    )
    return Heard(event, envelope)


def activation(pack: Pack, effective_on: date = date(2023, 1, 1)) -> registry.PackActivated:
    """The event by which a pack comes to work in Ningbo."""
    return registry.PackActivated(
        pack_id=pack.id,
        pack_version=pack.version,
        fingerprint=pack.fingerprint,
        jurisdiction="330200",
        effective_on=effective_on,
        reason="样例区域试用征求意见稿",
        content=pack_to_json(pack),
    )


def a_plan(**changes: Any) -> registry.PlanFiled:
    """Haishu's plan of 2026."""
    values: dict[str, Any] = {
        "plan_id": "plan_330203_2026",
        "node": "330203",
        "year": 2026,
        "window_from": date(2026, 1, 1),
        "deadline_on": date(2026, 4, 30),
        "standards": {},
    }
    return registry.PlanFiled(**(values | changes))


def with_a_standard_for_industries() -> Pack:
    """The Ningbo pack after an officer has given industries the area's standard (A-03)."""
    pack = load_pack("ningbo-2023")
    area = pack.standards["area_baseline"]
    wider = replace(area, kinds=(*area.kinds, "industry"))
    return sealed(replace(pack, standards={**pack.standards, area.id: wider}))


@dataclass
class World:
    """One rolled-back database, and the acts a story is made of."""

    acting: Acting

    def hear(self, *events: Event, time: datetime = NOON) -> None:
        """Let evaluation hear what others said."""
        mine = [heard(e, time=time) for e in events]
        tx = self.acting(CITY_CLERK, now=time)
        hearing.on_registry(tx, [h for h in mine if h.event.name.startswith("registry.")])
        hearing.on_oversight(tx, [h for h in mine if h.event.name.startswith("oversight.")])

    def unit(
        self, kind: str = "enterprise", *, division: str = "330203", committed: bool = True
    ) -> str:
        """A unit on the register, with its commitment."""
        n = next(_numbers)
        unit_id = f"unit_{n:04d}"
        self.hear(
            registry.UnitEntered(
                unit_id=unit_id,
                kind=kind,
                name_text=f"宁波甬江第{n}单位",
                code=f"9133020{n:011d}",
                division=division,
            )
        )
        if committed:
            self.hear(
                registry.CommitmentAccepted(
                    unit_id=unit_id,
                    commitment_id=f"commitment_{n}",
                    office=division[:6],
                    accepted_on=date(2026, 1, 20),
                )
            )
        return unit_id

    def assessed(self, unit_id: str, findings: dict[str, str] | None = None) -> AssessmentView:
        """A completed self-assessment; every item met but those named."""
        tx = self.acting(user_of(unit_id))
        started = assessments.start(tx, say.StartAssessment(unit_id=unit_id))
        results = tuple(
            IndicatorResult.model_validate(
                {
                    "indicator_id": r.indicator_id,
                    "finding": (findings or {}).get(r.indicator_id, "met"),
                    "remark": "情况说明" if r.indicator_id in (findings or {}) else "",
                    "evidence": (FILE,),
                }
            )
            for r in started.results
        )
        id_ = started.assessment_id
        assessments.save(tx, say.SaveAssessment(assessment_id=id_, version=1, results=results))
        return assessments.complete(tx, say.CompleteAssessment(assessment_id=id_))

    def resolved(self, unit_id: str, **changes: Any) -> str:
        """A resolution that carries; its id."""
        values: dict[str, Any] = {
            "unit_id": unit_id,
            "meeting": "workers_congress",
            "held_on": date(2026, 3, 1),
            "members_total": 30,
            "present": 20,
            "yes": 16,
            "file": FILE,
        }
        command = say.RecordResolution(**(values | changes))
        tx = self.acting(user_of(unit_id))
        return assessments.record_resolution(tx, command).resolution_id

    def applied(self, unit_id: str, *, now: datetime = NOON, **changes: Any) -> ApplicationView:
        """An application, complete unless told otherwise."""
        values: dict[str, Any] = {"unit_id": unit_id}
        if "assessment_id" not in changes:
            values["assessment_id"] = self.assessed(unit_id).assessment_id
        if "resolution_id" not in changes:
            values["resolution_id"] = self.resolved(unit_id)
        command = say.SubmitApplication(**(values | changes))
        return applications.submit(self.acting(user_of(unit_id), now=now), command)

    def accepted(self, unit_id: str) -> str:
        """An application in review; its id."""
        application_id = self.applied(unit_id).application_id
        applications.accept(
            self.acting(CLERK), say.AcceptApplication(application_id=application_id)
        )
        return application_id

    def all_say(
        self, case: str, case_id: str, *, node: str, now: datetime = NOON, position: str = "consent"
    ) -> None:
        """Every body of a node gives its opinion."""
        for seat in seats_of(node):
            command = say.RecordOpinion(case=case, case_id=case_id, position=position, text="意见")
            opinions.record(self.acting(seat, now=now), command)

    def recognised(self, kind: str = "enterprise") -> str:
        """A recognised unit; its id."""
        unit_id = self.unit(kind)
        application_id = self.accepted(unit_id)
        self.all_say("application", application_id, node="330203")
        recognition.decide(
            self.acting(REVIEWER),
            say.DecideRecognition(application_id=application_id, outcome="recognise"),
        )
        return unit_id

    def cultivated(self, unit_id: str, started_on: date = date(2025, 1, 10)) -> None:
        """A cultivation heard of."""
        self.hear(
            registry.CultivationStarted(
                unit_id=unit_id,
                cultivation_id=f"cultivation_{unit_id}",
                started_on=started_on,
                node="330203",
            )
        )

    def round(self, year: int = 2026, *, now: datetime = NOON) -> RoundView:
        """The city's round, open."""
        return rounds.open_round(
            self.acting(CITY_CLERK, now=now), city.OpenRound(node="330200", year=year)
        )

    def nominated(self, round_id: str, unit_id: str, *, now: datetime = NOON) -> NominationView:
        """A unit that has declared itself."""
        return nominations.nominate(
            self.acting(user_of(unit_id), now=now),
            city.Nominate(round_id=round_id, unit_id=unit_id),
        )

    def reviewed(self, nomination_id: str, *, now: datetime = NOON) -> NominationView:
        """A nomination that both levels have reviewed."""
        nominations.district_review(
            self.acting(CLERK, now=now),
            city.DistrictReview(nomination_id=nomination_id, outcome="forward"),
        )
        return nominations.city_review(
            self.acting(CITY_CLERK, now=now),
            city.CityReview(nomination_id=nomination_id, outcome="pass"),
        )

    def already_named(self, round_id: str, kind: str, number: int) -> None:
        """So many units of a kind that the round has named before."""
        tx = self.acting(CITY_REVIEWER)
        for _ in range(number):
            unit_id = self.unit(kind, committed=False)
            id_ = tx.new_id("nomination")
            self._name_directly(tx, id_, round_id=round_id, unit_id=unit_id, kind=kind)

    def _name_directly(self, tx: Tx, id_: str, *, round_id: str, unit_id: str, kind: str) -> None:
        store.save_nomination(
            tx,
            Nomination(
                nomination_id=id_,
                revision=1,
                stage=NominationStage.DECLARED,
                statement="",
                documents=[],
                declared_at=tx.now,
                declared_by="u",
                declared_by_name="u",
                enter_decision_id="d",
                round_id=round_id,
                unit_id=unit_id,
                kind=kind,
            ),
        )
        steps: list[tuple[NominationStage, dict[str, Any]]] = [
            (NominationStage.DISTRICT_REVIEWED, {"district_at": tx.now, "district_by": "c"}),
            (NominationStage.CITY_REVIEWED, {"city_at": tx.now, "city_by": "c"}),
            (NominationStage.ON_NOTICE, {"notice_id": "notice_before"}),
            (NominationStage.APPROVED, {"decided_on": tx.today, "decision_id": "d"}),
        ]
        for stage, values in steps:
            store.change_nomination(tx, id_, stage=stage, **values)


def hold(unit_id: str, hold_id: str = "hold_1", effect: str = "suspend") -> oversight.HoldPlaced:
    """A hold on a unit."""
    return oversight.HoldPlaced(
        unit_id=unit_id,
        hold_id=hold_id,
        effect=effect,
        reason="劳动保障监察查处重大违法",
        clause="NB23:二(五).3",
        agency="labour_inspection",
        event_id="e1",
        trigger_id="trigger_1",
        occurred_at=NOON,
        placed_at=NOON,
    )


def on_notice(world: World, started_on: date = date(2025, 1, 10)) -> tuple[str, str, str]:
    """A nomination on notice since 10 March with every opinion given: unit, nomination, notice."""
    unit_id = world.recognised()
    world.cultivated(unit_id, started_on)
    round_id = world.round().round_id
    nomination_id = world.nominated(round_id, unit_id).nomination_id
    world.reviewed(nomination_id)
    posted = notices.post(
        world.acting(CITY_CLERK),
        city.PostNotice(round_id=round_id, nomination_ids=(nomination_id,), contact="市三方办"),
    )
    world.all_say("nomination", nomination_id, node="330200")
    return unit_id, nomination_id, posted.notice_id


def ids_of(page: Page) -> list[str]:
    """The ids of a page's rows, in order."""
    return [
        item.application_id if isinstance(item, ApplicationView) else item.nomination_id
        for item in page.items
    ]


def said(txs: Sequence[Tx] | Tx, name: str) -> list[Event]:
    """What was said of one kind."""
    all_ = [txs] if isinstance(txs, Tx) else txs
    return [event for tx in all_ for event in tx.said if event.name == f"evaluation.{name}"]


@pytest.fixture
def acting(tx_for: Callable[..., Tx]) -> Acting:
    """`acting(actor, now=…)`: transactions on one rolled-back database."""

    def act(actor: Actor = CLERK, *, now: datetime = NOON) -> Tx:
        return tx_for("evaluation", actor=actor, now=now)

    return act


@pytest.fixture
def world(acting: Acting) -> World:
    """The pack activated and Haishu's plan of 2026 filed."""
    made = World(acting)
    made.hear(activation(load_pack("ningbo-2023")), a_plan())
    return made
