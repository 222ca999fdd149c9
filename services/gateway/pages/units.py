"""Units: the list with its filters and Excel export, and the page of one unit."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.importer.workbook import MEDIA_TYPE, Column, write_book
from services.gateway.pages import acts, timeline, words
from services.gateway.pages.desk import Missing, Pages, ask_for, part, render
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
from shared.contracts.registry import UnitFilter
from shared.contracts.registry_answers import (
    CommitmentView,
    CultivationView,
    NodeView,
    TimelineEntry,
    TitlePage,
    UnitCounts,
    UnitPage,
    UnitView,
)

pages = Pages()
_STAFF = ("clerk", "reviewer", "seat", "planner", "liaison", "auditor", "system")
_EXPORT_PAGES = 40
_SORTS = {"name": "名称", "-entered_at": "最近登记", "-headcount": "职工人数"}
_EXPORT = (
    ("统一社会信用代码/项目编号", "code", 24),
    ("单位名称", "name_text", 36),
    ("单位类型", "kind", 12),
    ("行政区划代码", "division", 12),
    ("行政区划", "division_text", 12),
    ("规模", "size", 8),
    ("职工人数", "headcount", 10),
    ("状态", "standing", 16),
    ("现有称号", "titles", 32),
    ("联系人", "contact_name", 12),
    ("联系电话", "contact_phone", 16),
)


def filter_of(request: Request) -> UnitFilter:
    """The list's filter, as the address says it."""
    asked = request.query_params
    return UnitFilter(
        kinds=tuple(k for k in asked.getlist("kinds") if k),
        division=asked.get("division", ""),
        standings=tuple(s for s in asked.getlist("standings") if s),
        title_level=asked.get("title_level", ""),
        text=asked.get("text", "").strip()[:100],
    )


@pages.page("/units", _STAFF)
async def listing(request: Request) -> Response:
    """A page of units by key; exactly what is filtered can be exported."""
    asked = request.query_params
    where = filter_of(request)
    sort = asked.get("sort", "name")
    limit = int(asked.get("limit", "50")) if asked.get("limit", "50") in ("20", "50", "100") else 50
    command = registry.FindUnits.model_validate(
        {
            "where": where,
            "sort": sort if sort in _SORTS else "name",
            "after": asked.get("after", ""),
            "limit": limit,
        }
    )
    page, counts, nodes = await asyncio.gather(
        ask_for(request, UnitPage, command),
        part(request, UnitCounts, registry.CountUnits(where=where)),
        part(request, dict[str, list[NodeView]], registry_acts.ListNodes()),
    )
    return render(
        request,
        "units.html",
        title="单位",
        page=page,
        where=where,
        sort=sort,
        limit=limit,
        sorts=_SORTS,
        total=None if isinstance(counts, Missing) else counts.total,
        nodes=[] if isinstance(nodes, Missing) else nodes.get("nodes", []),
        may_import=guard.asker_of(request).may(("clerk", "reviewer", "system")),
    )


@pages.page("/units.xlsx", _STAFF)
async def export(request: Request) -> Response:
    """Exactly what is filtered, as a workbook with who, when and from what on its second sheet."""
    where, after = filter_of(request), ""
    rows: list[list[object]] = []
    for _ in range(_EXPORT_PAGES):
        page = await ask_for(
            request, UnitPage, registry.ExportUnits(where=where, after=after, limit=5000)
        )
        rows += [[_cell(u, name) for _, name, _ in _EXPORT] for u in page.items]
        after = page.next_after
        if not after:
            break
    about = {
        "导出人": guard.asker_of(request).actor.name,
        "导出时间": words.minute(guard.utc_now()),
        "筛选条件": _says(where),
        "行数": str(len(rows)) + ("（已达上限，未导出全部）" if after else ""),
    }
    columns = [Column(heading, width) for heading, _, width in _EXPORT]
    content = await run_in_threadpool(write_book, columns, rows, sheet="单位", about=about)
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": "attachment; filename*=UTF-8''%E5%8D%95%E4%BD%8D.xlsx"},
    )


def _cell(unit: UnitView, name: str) -> object:
    value = getattr(unit, name)
    if name in ("kind", "size", "standing"):
        return words.word(value, name).text
    return "、".join(value) if isinstance(value, tuple) else value


def _says(where: UnitFilter) -> str:
    found = [
        *(words.word(k, "kind").text for k in where.kinds),
        *(words.word(s, "standing").text for s in where.standings),
        where.division,
        f"称号：{words.word(where.title_level, 'level').text}" if where.title_level else "",
        f"关键字：{where.text}" if where.text else "",
    ]
    return "；".join(f for f in found if f) or "全部"


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
        story=await _story(request, unit_id),
        offers=[
            *_offers(request, unit, letter_list, grown),
            *_unit_offers(request, unit, standing),
        ],
        lifts=_lifts(request, holds),
    )


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
        if unit.standing == "recognised" and not isinstance(grown, Missing):
            names = ["record_service"] if grown.cultivation_id else ["start_cultivation"]
            found += acts.offers("registry", names, mine)
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
