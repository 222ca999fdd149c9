"""The page of one unit: the facts, what stands against it, what it enjoys and why, its story."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts, records_unit, timeline, words
from services.gateway.pages.desk import Missing, Pages, ask_for, part, render
from services.gateway.pages.unit_life import life_of
from shared.contracts import (
    evaluation,
    evaluation_round,
    incentives,
    oversight,
    registry,
    registry_acts,
)
from shared.contracts.evaluation_answers import AssessmentView, ResolutionView
from shared.contracts.evaluation_round_answers import StandingView
from shared.contracts.evaluation_round_answers import TimelineEntry as EvaluationEntry
from shared.contracts.incentives_answers import TimelineEntry as IncentivesEntry
from shared.contracts.incentives_answers import UnitBenefitSheet
from shared.contracts.oversight_answers import HoldView, Timeline, UnitHolds
from shared.contracts.registry_answers import (
    CommitmentView,
    CultivationView,
    TimelineEntry,
    TitlePage,
    UnitView,
)

pages = Pages()


@pages.page("/my-unit", ("unit",))
async def mine(request: Request) -> Response:
    """The unit a unit's own user comes for."""
    return await show(request, guard.asker_of(request).actor.unit_id)


@pages.page("/units/{unit_id}", ("any",))
async def show(request: Request, unit_id: str) -> Response:
    """A unit: the facts, what stands against it, what it enjoys and why, its story."""
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=unit_id))
    standing, holds, benefits, titles, letters, grown = await asyncio.gather(
        part(request, StandingView, evaluation_round.ReadStanding(unit_id=unit_id)),
        part(request, UnitHolds, oversight.GetUnitHolds(unit_id=unit_id)),
        part(request, UnitBenefitSheet, incentives.UnitBenefits(unit_id=unit_id)),
        part(request, TitlePage, registry_acts.ListTitles(unit_id=unit_id)),
        part(
            request,
            dict[str, list[CommitmentView]],
            registry_acts.ListCommitments(unit_id=unit_id, limit=5),
        ),
        part(request, CultivationView, registry_acts.GetCultivation(unit_id=unit_id)),
    )
    life, story, kept = await asyncio.gather(
        life_of(request, unit), _story(request, unit_id), records_unit.sections(request, unit_id)
    )
    letter_list = [] if isinstance(letters, Missing) else letters.get("commitments", [])
    return render(
        request,
        "unit.html",
        title=unit.name_text,
        unit=unit,
        standing=standing,
        holds=holds,
        benefits=benefits,
        titles=titles,
        letters=letter_list,
        grown=grown,
        life=life,
        phases=_phases(unit),
        may_enter=guard.asker_of(request).may(("clerk", "system")),
        story=story,
        offers=[
            *_offers(request, unit, letter_list, grown),
            *_unit_offers(request, unit, standing),
            *life.offers,
        ],
        lifts=_lifts(request, holds),
        **kept,
    )


@dataclass(frozen=True)
class Step:
    """A phase as the row of steps shows it."""

    text: str
    state: str
    note: str = ""


def _phases(unit: UnitView) -> list[Step]:
    """The phases a unit went through and the ones before it; none while nothing has begun."""
    reached = {phase.phase: phase for phase in unit.phases}
    if not reached:
        return []
    found = []
    for name, word in words.options("phase"):
        phase = reached.get(name)
        state = "due" if name == unit.phase else "done" if phase else ""
        if name != "exit" or phase:
            found.append(Step(word, state, words.day(phase.since) if phase else ""))
    return found


async def _story(request: Request, unit_id: str) -> list[timeline.Told]:
    of_registry, of_evaluation, of_incentives, of_oversight = await asyncio.gather(
        part(request, dict[str, list[TimelineEntry]], registry_acts.UnitTimeline(unit_id=unit_id)),
        part(request, list[EvaluationEntry], evaluation_round.ReadTimeline(unit_id=unit_id)),
        part(request, list[IncentivesEntry], incentives.Timeline(unit_id=unit_id)),
        part(request, Timeline, oversight.GetTimeline(unit_id=unit_id)),
    )
    lines: list[timeline.Told] = []
    if not isinstance(of_registry, Missing):
        lines += [timeline.from_registry(e) for e in of_registry.get("entries", [])]
    if not isinstance(of_evaluation, Missing):
        lines += [timeline.from_evaluation(e) for e in of_evaluation]
    if not isinstance(of_incentives, Missing):
        lines += [timeline.from_incentives(e) for e in of_incentives]
    if not isinstance(of_oversight, Missing):
        lines += [timeline.from_oversight(e) for e in of_oversight.entries]
    return timeline.story(lines)


def _offers(
    request: Request,
    unit: UnitView,
    letters: list[CommitmentView],
    grown: CultivationView | Missing,
) -> list[acts.Offer]:
    asker = guard.asker_of(request)
    mine = {"unit_id": unit.unit_id}
    found: list[acts.Offer] = []
    waiting = next((c for c in letters if c.status == "submitted"), None)
    if asker.may(("clerk", "reviewer", "system")):
        if waiting:
            about = {"commitment_id": waiting.commitment_id}
            found += acts.offers("registry", ["accept_commitment", "return_commitment"], about)
        not_yet = not isinstance(grown, Missing) and not grown.cultivation_id
        if unit.standing == "recognised" and not_yet:
            found += acts.offers("registry", ["start_cultivation"], mine)
    if asker.may(("unit", "clerk")) and unit.standing == "registered" and not waiting:
        found += acts.offers("registry", ["submit_commitment"], mine)
    if asker.may(("clerk",)) and unit.standing == "registered" and not waiting:
        found += acts.offers("registry", ["join_programme"], {"unit_ids": unit.unit_id})
    return found


def _unit_offers(
    request: Request, unit: UnitView, standing: StandingView | Missing
) -> list[acts.Offer]:
    """What the unit's own user may do next in the year: assess, vote, apply."""
    if isinstance(standing, Missing) or not guard.asker_of(request).may(("unit",)):
        return []
    mine = {"unit_id": unit.unit_id}
    done = standing.assessment_stage == "completed"
    running = standing.application_stage in ("received", "under_review")
    found: list[acts.Offer] = []
    if running or standing.recognised or not standing.committed_on:
        return found
    if done and standing.resolution_id:
        again = standing.application_stage == "returned"
        paper = {
            "assessment_id": standing.assessment_id,
            "resolution_id": standing.resolution_id,
            "application_id": standing.application_id if again else "",
        }
        found += acts.offers("evaluation", ["submit_application"], mine | paper)
    if not standing.assessment_id or done:
        found += acts.offers("evaluation", ["start_assessment"], mine)
    return [*found, *acts.offers("evaluation", ["record_resolution"], mine)]


def _lifts(request: Request, holds: UnitHolds | Missing) -> dict[str, acts.Offer]:
    if isinstance(holds, Missing) or not guard.asker_of(request).may(("clerk", "reviewer")):
        return {}
    standing: list[HoldView] = [h for h in holds.holds if h.lifted_at is None]
    return {
        h.hold_id: acts.offers("oversight", ["lift_hold"], {"hold_id": h.hold_id})[0]
        for h in standing
    }


@pages.page("/units/{unit_id}/assessments", ("any",))
async def assessments(request: Request, unit_id: str) -> Response:
    """A unit's self-assessments and resolutions."""
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=unit_id))
    done, votes = await asyncio.gather(
        part(request, list[AssessmentView], evaluation.ListAssessments(unit_id=unit_id)),
        part(request, list[ResolutionView], evaluation.ListResolutions(unit_id=unit_id)),
    )
    return render(
        request,
        "unit_assessments.html",
        title="自评与会议决议",
        unit=unit,
        done=done,
        votes=votes,
    )
