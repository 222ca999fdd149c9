"""Self-assessment: item by item in the standard's own words, with evidence; kept version by version."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.gateway import files
from services.gateway.auth import guard
from services.gateway.pages import records_unit
from services.gateway.pages.desk import Pages, ask, ask_for, go, render, text_of
from shared.contracts import evaluation, registry
from shared.contracts.evaluation_answers import (
    AssessmentView,
    EvidenceRef,
    IndicatorResult,
    StandardView,
)
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import UnitView

pages = Pages()
_WHO = ("unit", "clerk", "reviewer", "system")
_FINDINGS = ("met", "partly", "not_met", "na")


@pages.page("/assessments/{assessment_id}", ("any",))
async def show(request: Request, assessment_id: str) -> Response:
    """The assessment; while it is a draft, as the form it is filled in with."""
    return await _show(request, assessment_id)


async def _show(request: Request, assessment_id: str, refused: Refused | None = None) -> Response:
    version = request.query_params.get("version", "0")
    command = evaluation.ReadAssessment(
        assessment_id=assessment_id, version=int(version) if version.isdigit() else 0
    )
    found = await ask_for(request, AssessmentView, command)
    unit = await ask_for(request, UnitView, registry.GetUnit(unit_id=found.unit_id))
    standard = await ask_for(request, StandardView, evaluation.ReadStandard(unit_id=found.unit_id))
    may_fill = guard.asker_of(request).may(_WHO) and found.stage == "draft"
    return render(
        request,
        "assessment.html",
        title="自评",
        status=refused.status if refused else 200,
        a=found,
        unit=unit,
        standard=standard,
        results={r.indicator_id: r for r in found.results},
        findings=_FINDINGS,
        beside=await records_unit.by_indicator(request, found.unit_id),
        may_fill=may_fill and found.version == found.versions,
        refused=refused,
    )


@pages.form("/assessments/{assessment_id}", _WHO)
async def save(request: Request, assessment_id: str, form: FormData) -> Response:
    """Keep a new version; with `complete`, close the draft afterwards."""
    try:
        found = await ask_for(
            request, AssessmentView, evaluation.ReadAssessment(assessment_id=assessment_id)
        )
        command = evaluation.SaveAssessment(
            assessment_id=assessment_id,
            version=_version(form),
            results=await _results(request, form, found),
        )
        await ask(request, command)
        if text_of(form, "complete"):
            await ask(request, evaluation.CompleteAssessment(assessment_id=assessment_id))
    except Refused as refused:
        return await _show(request, assessment_id, refused)
    if text_of(form, "complete"):
        return go(f"/units/{found.unit_id}", said="自评已完成。")
    return go(f"/assessments/{assessment_id}", said="已保存。")


def _version(form: FormData) -> int:
    given = text_of(form, "version")
    return int(given) if given.isdigit() else 0


async def _results(
    request: Request, form: FormData, found: AssessmentView
) -> tuple[IndicatorResult, ...]:
    before = {r.indicator_id: r for r in found.results}
    results = []
    for field in form:
        if not field.startswith("finding-"):
            continue
        item = field.removeprefix("finding-")
        evidence = before[item].evidence if item in before else ()
        added = form.get(f"file-{item}")
        if isinstance(added, UploadFile) and added.filename:
            evidence = (*evidence, await _keep(request, added, found.unit_id))
        results.append(
            IndicatorResult.model_validate(
                {
                    "indicator_id": item,
                    "finding": text_of(form, field) or "open",
                    "remark": text_of(form, f"remark-{item}"),
                    "evidence": evidence,
                }
            )
        )
    return tuple(results)


async def _keep(request: Request, added: UploadFile, unit_id: str) -> EvidenceRef:
    new = files.NewFile(name=added.filename or "", content=await added.read(), subject=unit_id)
    state = request.app.state
    kept = await run_in_threadpool(
        files.keep, state.engine, new, guard.asker_of(request), guard.utc_now()
    )
    return EvidenceRef(file_id=kept["file_id"], name=kept["name"], sha256=kept["sha256"])
