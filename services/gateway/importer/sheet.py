"""An uploaded sheet as rows under known headings; parsed in the child, never here."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from services.gateway.importer.guard import Looked, look
from shared.contracts.refusals import Refused

MEGABYTES = 512
SECONDS = 10
REPORT_HEADINGS = ("错误说明", "核对结论", "理由", "依据", "暂停享受")
Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Sheet:
    """Headings and the rows below them; `first_row` is the file's own number of rows[0]."""

    headings: tuple[str, ...]
    first_row: int
    rows: list[list[Cell]]
    formulas: tuple[str, ...]


async def read_sheet(content: bytes, *, must_have: Sequence[Sequence[str]]) -> Sheet:
    """The first sheet of an .xlsx; refused (422) when it is unsafe, empty or lacks a heading.

    Each of `must_have` names a heading by its alternatives.
    """
    looked = await run_in_threadpool(look, content)
    parsed = await _parse(content)
    found = _under_headings(parsed, looked, must_have)
    if not found.rows:
        raise Refused("file_empty", "表头下面没有数据；请填写后再上传。", status=422)
    return found


async def _parse(content: bytes) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.gateway.importer.child",
        str(MEGABYTES),
        str(SECONDS),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": "", "PYTHONPATH": ":".join(p for p in sys.path if p), "LC_ALL": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(SECONDS * 3):
            output, _ = await child.communicate(content)
    except TimeoutError:
        child.kill()
        await child.wait()
        output = b""
    if child.returncode != 0 or not output:
        raise Refused(
            "file_not_parsed",
            "文件内容无法在限定的内存和时间内读出，没有导入；请只保留需要导入的一张工作表，另存后重试。",
            status=422,
        )
    found: dict[str, Any] = json.loads(output)
    return found


def _under_headings(
    parsed: dict[str, Any], looked: Looked, must_have: Sequence[Sequence[str]]
) -> Sheet:
    rows: list[list[Cell]] = parsed["rows"]
    for at, row in enumerate(rows[:10]):
        headings = tuple(str(cell or "").strip() for cell in row)
        if all(set(alternatives) & set(headings) for alternatives in must_have):
            body = rows[at + 1 :]
            while body and not any(c not in ("", None) for c in body[-1]):
                body.pop()
            first = int(parsed["first_row"]) + at + 1
            return Sheet(headings, first, body, looked.formulas)
    wanted = "”“".join(alternatives[0] for alternatives in must_have)
    raise Refused(
        "headings_missing",
        f"前十行里没有找到表头“{wanted}”；请下载模板，把数据粘贴到模板里再上传。",
        status=422,
    )
