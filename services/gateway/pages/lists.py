"""Lists as workbooks: what a list page shows, every row of it, as a download.

One table: the command that reads the list, where its rows are in the answer, and the columns. A
list page links to `/lists/<name>.xlsx` with its own filter behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.api.problems import invalid
from services.gateway.auth import guard
from services.gateway.importer.workbook import Column, write_book
from services.gateway.pages import words
from services.gateway.pages.desk import Pages, ask
from services.gateway.pages.uploads import workbook
from shared.contracts.evaluation import ListApplications
from shared.contracts.evaluation_round import ListNominations
from shared.contracts.message import Command
from shared.contracts.oversight import ListCases, ListReview
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import ListNodes, ListPlans, ListTitles
from shared.contracts.registry_calendar import ListReports, ListTasks
from shared.contracts.registry_figures import ReadMeasures
from shared.contracts.registry_library import ListLibrary
from shared.contracts.registry_people import ListPosts
from shared.contracts.registry_records import FindGaps
from shared.contracts.registry_units import ListDoubles, ListMembers

pages = Pages()
_WHO = ("any",)  # the services say who may read what
_MOST = 100_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_FLAGS = {True: "是", False: "否"}
_SAID: Mapping[str, Callable[[str], str]] = {  # stored values, as the pages say them
    "clause": words.clause_text,
    "level": lambda value: words.word(value, "node").text,
    "reading": words.reading_text,
    "parent": lambda value: words.place(value) or value,
    "unit_kind": lambda value: words.word(value, "kind").text,
    "plaque.place": lambda value: words.word(value, "plaque").text,
}


@dataclass(frozen=True)
class Listed:
    """A list: `rows` is the path of its rows in the answer, columns are heading and path."""

    title: str
    command: type[Command]
    rows: str
    columns: tuple[tuple[str, str], ...]


_UNIT = (("单位名称", "unit.name_text"), ("代码", "unit.code"), ("类型", "unit.kind_text"))
_TITLE = (
    ("编号", "number"), ("单位", "unit_text"), ("类型", "unit_kind"), ("称号", "title_text"),
    ("年度", "round_year"), ("命名日期", "granted_on"), ("状态", "status_text"),
    ("取消日期", "revoked_on"), ("铭牌", "plaque.number"), ("铭牌所在", "plaque.place"),
)  # fmt: skip
LISTS: Mapping[str, Listed] = {
    "tasks": Listed("任务清单", ListTasks, "items", (
        ("机构", "node_text"), ("任务", "says"), ("期限", "due_on"), ("期限说明", "due_text"),
        ("状态", "state_text"), ("办结日期", "done_on"), ("逾期", "late"), ("牵头", "lead"),
        ("责任单位", "owners"), ("对象", "about_text"), ("经办人", "persons"), ("依据", "clause"),
    )),
    "plans": Listed("年度计划", ListPlans, "plans", (
        ("机构", "node_text"), ("年度", "year"), ("版本", "plan_version"), ("状态", "status_text"),
        ("自荐开始", "window_from"), ("自荐截止", "deadline_on"), ("截止说明", "deadline_reason"),
    )),
    "plans-missing": Listed("未报年度计划", ListPlans, "missing", (
        ("机构", "name"), ("代码", "node"), ("层级", "level"),
    )),
    "reports": Listed("报告", ListReports, "reports", (
        ("机构", "node_text"), ("报告", "says"), ("年度", "year"), ("状态", "status_text"),
        ("报送至", "to_text"), ("期限", "due_on"), ("报送时间", "submitted_at"),
        ("接收时间", "received_at"), ("逾期", "late"), ("缺少的部分", "missing"), ("依据", "clause"),
    )),
    "reports-missing": Listed("未报送的报告", ListReports, "missing", (
        ("机构", "node_text"), ("报告", "says"), ("期限", "due_on"), ("状态", "state_text"),
    )),
    "gaps": Listed("缺口清单", FindGaps, "items.0.rows", (
        ("机构", "node_text"), ("单位", "unit_text"), ("组织", "body"), ("说明", "says"),
        ("自何日", "since"), ("天数", "days"),
    )),
    "measures": Listed("指标", ReadMeasures, "items", (
        ("指标", "says"), ("总数", "whole"), ("达到数", "part"), ("百分比", "percent"),
        ("目标", "target_text"), ("目标日期", "target_on"), ("达到目标", "met"), ("人次", "times"),
        ("依据", "clause"), ("口径", "reading"),
    )),
    "organisations": Listed("机构", ListNodes, "nodes", (
        ("机构", "name"), ("代码", "node"), ("层级", "level"), ("上级", "parent"),
        ("区划", "divisions"), ("组成单位", "bodies.body"), ("自", "valid_from"), ("至", "valid_to"),
    )),
    "posts": Listed("任职", ListPosts, "posts", (
        ("机构", "node"), ("组成单位", "body"), ("方", "side_text"), ("职务", "post_title"),
        ("姓名", "person_name"), ("电话", "phone"), ("任职", "held_from"), ("离任", "held_until"),
        ("说明", "reason"), ("离任原因", "end_reason"),
    )),
    "duplicates": Listed("疑似重复", ListDoubles, "items", (
        ("一方", "first.unit.name_text"), ("一方代码", "first.unit.code"),
        ("一方地址", "first.address"), ("另一方", "second.unit.name_text"),
        ("另一方代码", "second.unit.code"), ("另一方地址", "second.address"), ("相似度", "score"),
        ("说明", "says"), ("发现时间", "found_at"), ("判断理由", "reason"),
    )),
    "applications": Listed("认定申请", ListApplications, "items", (
        ("收件编号", "receipt_number"), ("单位", "unit_name"), ("类型", "unit_kind"),
        ("受理办公室", "office_name"), ("年度", "year"), ("收件日期", "received_on"),
        ("逾期", "late"), ("进度", "stage_text"), ("决定日期", "decided_on"), ("理由", "reason"),
    )),
    "nominations": Listed("选树申报", ListNominations, "items", (
        ("单位", "unit_name"), ("类型", "unit_kind"), ("称号", "title_text"), ("年度", "round_year"),
        ("申报时间", "declared_at"), ("培育月数", "cultivation_months"), ("进度", "stage_text"),
        ("已暂停享受", "held"),
    )),
    "titles": Listed("称号名册", ListTitles, "items", _TITLE),
    "library": Listed("示范库", ListLibrary, "items", _TITLE),
    "cases": Listed("退出案件", ListCases, "items", (
        ("单位", "unit_name"), ("称号", "title_text"), ("情形", "ground_text"),
        ("命名机关", "node_name"), ("环节", "stage_text"), ("结论", "outcome_text"),
        ("等待", "waits_for"), ("启动", "opened_at"), ("已办天数", "days_open"),
    )),
    "reviews": Listed("机构事件", ListReview, "items", (
        ("到达", "arrived_at"), ("单位", "unit_name"), ("事件", "kind_text"), ("说明", "says"),
        ("机构", "agency_name"), ("到达即", "effect_text"), ("依据", "clause"),
    )),
    "members": Listed("成员单位", ListMembers, "items", (
        *_UNIT, ("所在地", "unit.division_text"), ("关系", "relation_text"), ("自", "begins_on"),
        ("阶段", "stage_text"), ("职工人数", "headcount"), ("称号", "titles"),
    )),
}  # fmt: skip


@pages.page("/lists/{name}.xlsx", _WHO)
async def export(request: Request, name: str) -> Response:
    """Exactly what is filtered, not only the page on the screen."""
    listed = LISTS.get(name)
    if listed is None:
        raise Refused("list_unknown", "没有这份清单。", status=404)
    rows = await _rows(request, listed)
    about = {
        "导出人": guard.asker_of(request).actor.name,
        "导出时间": words.minute(guard.utc_now()),
        "行数": str(len(rows)) + ("（已达上限，未导出全部）" if len(rows) >= _MOST else ""),
    }
    columns = [Column(heading, 22) for heading, _path in listed.columns]
    content = await run_in_threadpool(write_book, columns, rows, sheet=listed.title, about=about)
    return workbook(content, f"{listed.title}.xlsx")


async def _rows(request: Request, listed: Listed) -> list[list[object]]:
    fields = listed.command.model_fields
    given: dict[str, Any] = {k: v for k, v in request.query_params.items() if k in fields and v}
    if "node" in fields and fields["node"].is_required():
        given.setdefault("node", guard.asker_of(request).actor.node)
    if "year" in fields and fields["year"].is_required():
        given.setdefault("year", guard.utc_now().year)
    found: list[list[object]] = []
    while True:
        try:
            command = listed.command.model_validate(given)
        except ValidationError as error:
            raise invalid(error.errors()) from error
        answer = await ask(request, command)
        page = _at(answer, listed.rows)
        found += [
            [_cell(path, _at(row, path)) for _h, path in listed.columns] for row in page or ()
        ]
        given["after"] = answer.get("next_after") or answer.get("next") or ""
        if not given["after"] or len(found) >= _MOST:
            return found[:_MOST]


def _at(value: Any, path: str) -> Any:
    """What is at a dotted path; of a list each one's, unless a place in it is named."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdigit():
            value = value[int(name)] if int(name) < len(value) else None
        elif isinstance(value, list):
            value = [one.get(name) for one in value]
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _cell(path: str, value: Any) -> object:
    if isinstance(value, str) and value and path in _SAID:
        return _SAID[path](value)
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return words.minute(value)
    if isinstance(value, bool):
        return _FLAGS[value]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(str(part) for part in value)
    return value
