"""Every REST operation, and the OpenAPI 3.1 document made from them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

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
from services.gateway.api.door import Door, open_doors

PREFIX = "/api/v1"
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
    """Hang every REST operation on the application."""
    inner = APIRouter(prefix=PREFIX)
    for doors, tag in TABLES:
        open_doors(inner, doors, tag=tag)
    inner.include_router(special.router)
    inner.include_router(files.router)
    inner.include_router(calendar.router)
    inner.include_router(packs.router)
    inner.include_router(exports.router)
    app.include_router(inner)
    outer = APIRouter(prefix=PUBLIC_PREFIX)
    for doors, tag in PUBLIC_TABLES:
        open_doors(outer, doors, tag=tag)
    app.include_router(outer)


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
