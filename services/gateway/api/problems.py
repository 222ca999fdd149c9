"""Refusals and mistakes as RFC 9457 problem documents, in Chinese, with code, clause and pointers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from shared.contracts.refusals import Refused

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求格式有误",
    401: "需要登录",
    403: "无权办理",
    404: "没有找到",
    405: "不支持的方法",
    409: "按规定不能办理",
    412: "内容已被他人修改",
    413: "内容过大",
    415: "不支持的内容类型",
    422: "填报内容有误",
    428: "缺少版本条件",
    429: "操作过于频繁",
    500: "系统故障",
    502: "后台服务出错",
    503: "后台服务暂不可用",
    504: "后台服务超时",
}
_PYDANTIC = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这一项，请核对名称",
    "string_too_short": "不能为空或过短",
    "string_too_long": "内容过长",
    "string_pattern_mismatch": "格式不符",
    "date_from_datetime_parsing": "日期应写作 2026-03-31",
    "date_parsing": "日期应写作 2026-03-31",
    "datetime_parsing": "时间应写作 2026-03-31T09:00:00+08:00",
    "datetime_from_date_parsing": "时间应写作 2026-03-31T09:00:00+08:00",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "数值过小",
    "less_than_equal": "数值过大",
    "too_long": "条数超过上限",
    "too_short": "条数不足",
    "json_invalid": "不是合法的 JSON",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
}


class FieldProblem(BaseModel):
    """One wrong field: where (JSON pointer) and what is wrong with it."""

    pointer: str
    says: str


class Problem(BaseModel):
    """RFC 9457 with our own members; programs match on `code`."""

    type: str = Field(description="urn:hexie:problem:<code>")
    title: str
    status: int
    detail: str
    code: str
    clause: str = Field(default="", description="依据条款编号；没有文件规定时为空")
    correlation_id: str = ""
    errors: list[FieldProblem] = Field(default_factory=list)


def problem(refused: Refused, correlation_id: str) -> JSONResponse:
    """The document for a refusal; 401 and 429 carry their headers."""
    body = Problem(
        type=f"urn:hexie:problem:{refused.code}",
        title=TITLES.get(refused.status, "不能办理"),
        status=refused.status,
        detail=refused.says,
        code=refused.code,
        clause=refused.clause,
        correlation_id=correlation_id,
        errors=[FieldProblem(pointer=e["pointer"], says=e["says"]) for e in refused.errors],
    )
    headers = {
        401: {"WWW-Authenticate": "Bearer"},
        429: {"Retry-After": "60"},
        503: {"Retry-After": "2"},
    }
    return JSONResponse(
        body.model_dump(),
        status_code=refused.status,
        media_type=MEDIA_TYPE,
        headers=headers.get(refused.status),
    )


def invalid(errors: Sequence[Any]) -> Refused:
    """Pydantic's findings as one refusal with a pointer for each."""
    rows = [
        {"pointer": _pointer(e["loc"]), "says": _PYDANTIC.get(e["type"], "填写有误")}
        for e in errors[:50]
    ]
    where = "、".join(f"{r['pointer']}（{r['says']}）" for r in rows[:5])
    return Refused(
        "invalid_request",
        f"填报内容有误，没有保存：{where}。请更正后重新提交。",
        status=422,
        errors=rows,
    )


def _pointer(loc: Sequence[Any]) -> str:
    parts = [str(p) for p in loc if p not in ("body", "query", "path", "header", "__root__")]
    return "/" + "/".join(p.replace("~", "~0").replace("/", "~1") for p in parts)
