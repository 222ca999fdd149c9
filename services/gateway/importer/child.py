"""The child process that parses: little memory, little time, nothing but a file in and JSON out.

Run as `python -m services.gateway.importer.child <megabytes> <seconds>` with the file on standard
input; writes a JSON list of rows. Numbers stay numbers, so that a code stored as number can be told.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineWorkbook


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


def main() -> None:
    """Parse the first sheet within the limits given on the command line."""
    memory, seconds = int(sys.argv[1]) * 1024 * 1024, int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    sheet = book.get_sheet_by_index(0)
    first = sheet.start[0] if sheet.start else 0
    rows = [[_plain(c) for c in row] for row in sheet.iter_rows()]
    json.dump({"first_row": first + 1, "rows": rows}, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
