"""The child process that parses: little memory, little time, nothing but a file in and JSON out.

Run as `python -m services.gateway.importer.child <megabytes> <seconds> <rows>` with the file on
standard input; writes a line about the sheet, then one JSON list for every so many rows. Numbers
stay numbers, so that a code stored as number can be told.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineWorkbook

ABOUT = "说明"
VERSION = "模板版本"


def _plain(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time.min
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)


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
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheet = book.get_sheet_by_index(0)
    first = sheet.start[0] if sheet.start else 0
    rows = [
        [c if c.__class__ is str and c.strip() == c else _plain(c) for c in row]
        for row in sheet.iter_rows()
    ]
    while rows and not any(c not in ("", None) for c in rows[-1]):
        rows.pop()
    say = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
    out = sys.stdout
    out.write(say({"first_row": first + 1, "count": len(rows), "version": _version(book)}))
    for start in range(0, len(rows), at_once):
        out.write("\n" + say(rows[start : start + at_once]))


if __name__ == "__main__":
    main()
