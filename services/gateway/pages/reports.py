"""书面报告: who handed in and who has not; one report with its figures, written and handed up."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.pages import acts
from services.gateway.pages.calendar import WHO, WRITE, year_of
from services.gateway.pages.desk import Missing, Pages, ask, ask_for, go, part, render, text_of
from services.gateway.pages.uploads import kept_file
from shared.contracts import registry_calendar as calendar
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar_answers import MissingReport, ProgrammeView, ReportView
from shared.contracts.scalars import duty_level
from shared.runtime.organisations import answers_for, find_node

pages = Pages()


@pages.page("/reports", WHO)
async def listing(request: Request) -> Response:
    """A year's reports: the own ones to write, those handed in, those still missing."""
    asker, year = guard.asker_of(request), year_of(request)
    asked = calendar.ListReports(year=year)
    found: dict[str, Any] = await ask_for(request, dict[str, Any], asked)
    programme = await part(
        request, ProgrammeView, calendar.GetProgramme(node=asker.actor.node, year=year)
    )
    node = find_node(asker.actor.node)
    forms = [] if isinstance(programme, Missing) else programme.reports
    return render(
        request,
        "reports.html",
        title=f"{year}年书面报告",
        year=year,
        reports=[ReportView.model_validate(r) for r in found["reports"]],
        missing=[MissingReport.model_validate(m) for m in found["missing"]],
        own=[f for f in forms if node is not None and duty_level(node.level) in f.levels],
        own_node=asker.actor.node,
        may_write=asker.may(WRITE),
        programme=programme,
    )


@pages.page("/reports/{form}/{node}/{year}", WHO)
async def show(request: Request, form: str, node: str, year: int) -> Response:
    """One report; its own office writes it here, the office above takes it in."""
    return await _show(request, calendar.GetReport(form=form, node=node, year=year))


async def _show(
    request: Request,
    asked: calendar.GetReport,
    *,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    found = await ask_for(request, ReportView, asked)
    asker = guard.asker_of(request)
    own = asker.may(WRITE) and asker.actor.node == found.node
    return render(
        request,
        "report.html",
        title=f"{found.year}年《{found.says}》",
        status=refused.status if refused else 200,
        r=found,
        may_write=own and found.status in ("new", "draft", "returned"),
        offers=_offers(found, own=own, asker=asker),
        refused=refused,
        typed=typed or {},
    )


def _offers(found: ReportView, *, own: bool, asker: guard.Asker) -> list[acts.Offer]:
    hidden = {"form": found.form, "node": found.node, "year": str(found.year)}
    if own and found.status in ("draft", "returned"):
        return [acts.Offer(acts.TABLE[calendar.SubmitReport.name], hidden)]
    to = find_node(found.to_node)
    here = found.to_node == found.node or (to is not None and to.external)
    receives = own if here else not own and answers_for(asker.actor.node, found.node)
    if asker.may(WRITE) and found.status == "submitted" and receives:
        return [acts.Offer(acts.TABLE[calendar.ReceiveReport.name], hidden)]
    return []


@pages.form("/reports/{form_id}/{node}/{year}", WRITE)
async def save(  # the form's own parameter is `form`, so the report's is `form_id`
    request: Request, form_id: str, node: str, year: int, form: FormData
) -> Response:
    """Keep the draft, with the file chosen or the one kept before."""
    asked = calendar.GetReport(form=form_id, node=node, year=year)
    sections = {
        key.removeprefix("section-"): text_of(form, key)
        for key in form
        if key.startswith("section-")
    }
    revision = text_of(form, "revision")
    try:
        before = await ask_for(request, ReportView, asked)
        kept = await kept_file(request, form)
        command = calendar.SaveReport(
            form=form_id,
            node=node,
            year=year,
            revision=int(revision) if revision.isdigit() else 0,
            sections=sections,
            file=kept or before.file,
        )
        await ask(request, command, key=text_of(form, "idem"))
    except Refused as refused:
        return await _show(request, asked, refused=refused, typed=sections)
    return go(f"/reports/{form_id}/{node}/{year}", said="草稿已保存。")
