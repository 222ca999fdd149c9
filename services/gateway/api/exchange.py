"""Imports of records and the exchange with another authority's application, over REST."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, OFFICERS, Door
from shared.contracts import registry_imports as files
from shared.contracts.registry_answers import ImportReport

DOORS = (
    Door(
        "GET",
        "/record-templates/{kind}",
        files.RecordTemplate,
        "工作记录的导入模板",
        ANYONE,
        files.RecordTemplateView,
    ),
    Door(
        "POST",
        "/record-imports",
        files.StageRecords,
        "提交工作记录预检",
        ANYONE,
        ImportReport,
        status=201,
    ),
    Door(
        "GET", "/exchange", files.ReadExchange, "与哪个应用交换数据", OFFICERS, files.ExchangeView
    ),
    Door(
        "GET",
        "/exchange/units",
        files.ListExchanged,
        "单位在对方应用中的编号",
        OFFICERS,
        files.ExchangedPage,
    ),
)
