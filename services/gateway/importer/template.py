"""Templates and the files made from them: columns with drop-downs, a version, what has changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from services.gateway.importer.child import VERSION
from services.gateway.importer.sheet import REPORT_HEADINGS, Sheet
from services.gateway.importer.workbook import Column, write_book
from shared.contracts.refusals import Refused

_NAMED = 8


def version_of(name: str, headings: Sequence[str]) -> str:
    """A word that changes whenever the headings do."""
    return f"{name}-{hashlib.sha256(chr(10).join(headings).encode()).hexdigest()[:8]}"


def template_book(
    columns: Sequence[Column], *, sheet: str, version: str, about: dict[str, str]
) -> bytes:
    """An empty template that carries its version beside the explanations."""
    return write_book(columns, [], sheet=sheet, about=about | {VERSION: version})


def need_headings(
    sheet: Sheet, *, known: Sequence[str], required: Sequence[str], version: str
) -> None:
    """Refuse (422) a file whose headings are not the template's, naming those that differ."""
    given = [h for h in sheet.headings if h and h not in REPORT_HEADINGS]
    gone = [h for h in given if h not in known]
    absent = [h for h in required if h not in given]
    if not gone and not absent:
        return
    told = []
    if gone:
        told.append(f"{_quoted(gone)}不在现行模板里")
    if absent:
        told.append(f"缺少{_quoted(absent)}")
    old = sheet.version and sheet.version != version
    made = (
        f"这份文件用的是较早的模板（{sheet.version}，现行 {version}）" if old else "表头与模板不符"
    )
    raise Refused(
        "template_changed",
        f"{made}：{'，'.join(told)}；请下载现行模板，把数据粘贴进去再上传。",
        status=422,
    )


def _quoted(headings: Sequence[str]) -> str:
    more = f"等 {len(headings)} 列" if len(headings) > _NAMED else ""
    return "".join(f"“{h[:30]}”" for h in headings[:_NAMED]) + more
