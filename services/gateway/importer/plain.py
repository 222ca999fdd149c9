"""CSV and JSON lines as sheets: nothing in them runs, so they need no child, only limits."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

from services.gateway.importer.guard import MAX_COLUMNS, MAX_INFLATED, MAX_ROWS
from services.gateway.importer.sheet import AT_ONCE, Packed, Sheet
from shared.contracts.refusals import Refused
from shared.contracts.table import Cell

UNRUN = ("=", "+", "-", "@", "\t")  # what a spreadsheet takes for the beginning of a formula
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_csv(content: bytes) -> Sheet:
    """Headings in the first line; a wrong encoding or too much of it is refused (422)."""
    lines = csv.reader(io.StringIO(_text(content), newline=""))
    try:
        headings = [cell.strip() for cell in next(lines, [])]
        rows: list[list[Cell]] = [[_bare(cell.strip()) for cell in line] for line in lines]
    except csv.Error as error:
        raise _no(
            "file_unreadable", "CSV 文件的引号或换行不成对，没有读取；请重新导出。"
        ) from error
    return _sheet(headings, rows, first_row=2)


def _bare(cell: str) -> str:
    """A cell without the mark that keeps spreadsheets from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in UNRUN else cell


def read_json_lines(content: bytes) -> Sheet:
    """One object a line, its names the headings; refused (422) with the number of a line that is none."""
    objects = list(_objects(_text(content)))
    headings = list(dict.fromkeys(name for one in objects for name in one))
    rows = [[_cell(one.get(name)) for name in headings] for one in objects]
    return _sheet(headings, rows, first_row=1)


def _objects(text: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise _no("file_unreadable", f"第 {number} 行不是一个完整的 JSON 对象；请重新导出。")
        yield found


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return "；".join(map(str, value)) if isinstance(value, list) else json.dumps(value)


def _text(content: bytes) -> str:
    if len(content) > MAX_INFLATED:
        raise _no("file_too_large_inside", "文件超过 100 MB，没有读取；请拆分成几个文件上传。")
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _no("file_unreadable", "文件不是 UTF-8 或 GB18030 编码的文本；请重新导出。")


def _sheet(headings: Sequence[str], rows: list[list[Cell]], *, first_row: int) -> Sheet:
    if not rows:
        raise _no("file_empty", "表头下面没有数据；请核对导出的范围。")
    if len(rows) >= MAX_ROWS or len(headings) > MAX_COLUMNS:
        raise _no("file_too_far", f"文件超过 {MAX_ROWS - 1:,} 行 {MAX_COLUMNS} 列的上限；请拆分。")
    packs = tuple(
        Packed.of(first_row + at, rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)
    )
    return Sheet(tuple(headings), packs)


def _no(code: str, says: str) -> Refused:
    return Refused(code, says, status=422)
