"""The record book over REST: records, counts, gaps, work plans, and what a place publishes."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, PUBLIC, Door
from shared.contracts import registry_records as book
from shared.contracts.registry_records_answers import (
    Gaps,
    PublicRecordPage,
    RecordBatch,
    RecordCounts,
    RecordKinds,
    RecordPage,
    RecordView,
    UnitFile,
    WorkPlan,
)

_ONE = "/records/{record_id}"
_UNIT = "/units/{unit_id}"

DOORS = (
    Door("GET", "/record-kinds", book.ListRecordKinds, "记录种类及其项目", ANYONE, RecordKinds),
    Door("GET", "/records", book.FindRecords, "查询记录", ANYONE, RecordPage),
    Door("POST", "/records", book.SaveRecord, "记一条", ANYONE, RecordView, status=201),
    Door("POST", "/record-batches", book.SaveRecords, "成批记录", ANYONE, RecordBatch),
    Door("GET", "/record-exports", book.ExportRecords, "成批导出记录", ANYONE, RecordPage),
    Door("GET", "/record-counts", book.CountRecords, "记录计数", ANYONE, RecordCounts),
    Door("GET", _ONE, book.GetRecord, "查看记录及其经过", ANYONE, RecordView),
    Door("PUT", _ONE, book.AmendRecord, "更正记录", ANYONE, RecordView),
    Door("POST", _ONE + "/state", book.MoveRecord, "变更记录状态", ANYONE, RecordView),
    Door("POST", _ONE + "/ending", book.EndRecord, "记录结束日期", ANYONE, RecordView),
    Door("POST", _ONE + "/voiding", book.VoidRecord, "作废记录", ANYONE, RecordView),
    Door("GET", "/gaps", book.FindGaps, "缺口清单", ANYONE, Gaps),
    Door("GET", _UNIT + "/file", book.ReadUnitFile, "单位工作档案", ANYONE, UnitFile),
    Door("GET", _UNIT + "/work-plan", book.GetWorkPlan, "创建重点内容", ANYONE, WorkPlan),
    Door(
        "PUT",
        _UNIT + "/work-plan/{item}",
        book.SetWorkItem,
        "填写一项创建重点内容",
        ANYONE,
        WorkPlan,
    ),
)

PUBLIC_DOORS = (
    Door(
        "GET",
        "/records",
        book.PublicRecords,
        "公布哪些工作记录",
        PUBLIC,
        PublicRecordPage,
        fixed={"kind": ""},
    ),
    Door("GET", "/records/{kind}", book.PublicRecords, "公布的工作记录", PUBLIC, PublicRecordPage),
)
