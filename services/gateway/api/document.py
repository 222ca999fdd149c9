"""Every REST operation, and the OpenAPI 3.1 document made from them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from services.gateway.api import (
    calendar,
    evaluation,
    exchange,
    exports,
    figures,
    files,
    honours,
    incentives,
    library,
    oversight,
    packs,
    people,
    records,
    special,
    unit_life,
    units,
)
from services.gateway.api.door import PREFIX, Door, open_doors

PUBLIC_PREFIX = "/public/v1"
TABLES: tuple[tuple[tuple[Door, ...], str], ...] = (
    (units.DOORS, "单位"),
    (unit_life.DOORS, "单位"),
    (honours.DOORS, "荣誉"),
    (library.DOORS, "荣誉"),
    (evaluation.DOORS, "创建与评价"),
    (incentives.DOORS, "激励"),
    (oversight.DOORS, "监督与退出"),
    (records.DOORS, "工作台账"),
    (exchange.DOORS, "导入与对接"),
    (calendar.DOORS, "日历"),  # after the doors whose paths begin as /tasks/{task_id} does
    (people.DOORS, "组织机构"),
    (packs.DOORS, "政策包"),
    (figures.DOORS, "统计与台账"),
)
PUBLIC_TABLES: tuple[tuple[tuple[Door, ...], str], ...] = (
    (honours.PUBLIC_DOORS, "公开"),
    (evaluation.PUBLIC_DOORS, "公开"),
    (records.PUBLIC_DOORS, "公开"),
    (unit_life.PUBLIC_DOORS, "公开"),
)


def include_api(app: FastAPI) -> None:
    """Hang every REST operation on the application itself, which looks through one list then.

    Routers inside routers are looked through again and again for each request.
    """
    for doors, tag in TABLES:
        open_doors(app.router, doors, prefix=PREFIX, tag=tag)
    for module in (special, files, calendar, packs, exports):
        app.router.routes.extend(module.router.routes)
    for doors, tag in PUBLIC_TABLES:
        open_doors(app.router, doors, prefix=PUBLIC_PREFIX, tag=tag)


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the three ways to sign in."""
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "hexie token issue"},
        "agencyKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
        "session": {"type": "apiKey", "in": "cookie", "name": "hexie_session"},
    }
    document["security"] = [{"token": []}, {"agencyKey": []}, {"session": []}]
    for path, operations in document["paths"].items():
        if path.startswith(PUBLIC_PREFIX):
            for operation in operations.values():
                operation["security"] = []
    return document
