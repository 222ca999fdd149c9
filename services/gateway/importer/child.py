"""The child process that parses: little memory, little time, nothing but a file in and JSON out.

Run as `python -m services.gateway.importer.child <megabytes> <seconds> <rows>` with the file on
standard input; writes a line about the sheet, then packs of so many rows while it goes on reading,
the first of a tenth, and of fewer where these are large. A pack is a line with the number of its
rows and of its bytes, and the bytes: its rows by their columns, as `columns.packed` writes them.
Numbers stay numbers, so that a code stored as number can be told.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import resource
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pydantic_core import to_json
from python_calamine import CalamineWorkbook

from services.gateway.importer.columns import LARGEST, briefly, packed

ABOUT = "说明"
VERSION = "模板版本"


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time.min
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)


def _number(cell: float) -> float:
    return int(cell) if cell.is_integer() and -1e15 < cell < 1e15 else cell


def _version(book: CalamineWorkbook) -> str:
    """The word of the template a file was made from, as its sheet of explanations carries it."""
    if ABOUT not in book.sheet_names[1:]:
        return ""
    lines = book.get_sheet_by_name(ABOUT).to_python(nrows=50)
    return next((str(line[1]) for line in lines if len(line) > 1 and line[0] == VERSION), "")


def main() -> None:
    """Parse the first sheet within the limits given on the command line."""
    memory, seconds = int(sys.argv[1]) * 1024 * 1024, int(sys.argv[2])
    at_once = int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    gc.disable()  # rows of cells make no circles; to look for them takes a third of their reading
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheet = book.get_sheet_by_index(0)
    first = sheet.start[0] if sheet.start else 0
    out = sys.stdout.buffer
    out.write(to_json({"first_row": first + 1, "version": _version(book)}) + b"\n")
    for count, text in _packs(sheet.iter_rows(), at_once):
        out.write(b"%d %d\n%b" % (count, len(text), text))
        out.flush()


def _packs(rows: Iterator[list[Any]], at_once: int) -> Iterator[tuple[int, bytes]]:
    """So many rows at a time, with their number; what is blank at the sheet's end is left out."""
    blank, wanted = 0, max(at_once // 10, 1)
    while some := list(islice(rows, wanted)):
        held = len(some)
        while held and _is_blank(some[held - 1]):
            held -= 1
        if held:
            yield from _blank_packs(blank, len(some[0]), at_once)
            yield from _small_packs(some[:held])
            blank = 0
        blank += len(some) - held
        wanted = at_once


def _small_packs(rows: Sequence[list[Any]]) -> Iterator[tuple[int, bytes]]:
    """Rows in as many parts as it takes for each to be small enough to be passed on."""
    text = packed(map(_tidy, map(briefly, zip(*rows, strict=True))))
    if len(text) <= LARGEST or len(rows) == 1:
        yield len(rows), text
        return
    step = max(len(rows) * LARGEST // (len(text) * 2), 1) if len(rows) > 2 else 1
    for first in range(0, len(rows), step):
        yield from _small_packs(rows[first : first + step])


def _blank_packs(count: int, width: int, at_once: int) -> Iterator[tuple[int, bytes]]:
    for first in range(0, count, at_once):
        yield min(at_once, count - first), packed([[""]] * width)


def _is_blank(row: Sequence[Any]) -> bool:
    return all(cell in ("", None) or (isinstance(cell, str) and not cell.strip()) for cell in row)


def _tidy(column: Sequence[Any]) -> Sequence[Any]:
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(map(str.strip, column))
    if kinds == {float}:
        return list(map(_number, column))
    return [cell.strip() if cell.__class__ is str else _plain(cell) for cell in column]


if __name__ == "__main__":
    main()
