"""An uploaded sheet as rows under known headings; parsed in the child, never here.

A large sheet stays packed, as the JSON text the child wrote: whoever only passes rows on never
reads them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.concurrency import run_in_threadpool

from services.gateway.importer.guard import Looked, look
from shared.contracts.refusals import Refused

MEGABYTES = 512
SECONDS = 10
AT_ONCE = 5000
REPORT_HEADINGS = ("错误说明", "核对结论", "理由", "依据", "暂停享受")
_LOOKED_THROUGH = 10
Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Packed:
    """Rows as JSON text; `first_row` is the file's own number of the first of them."""

    first_row: int
    count: int
    text: str

    def rows(self) -> list[list[Cell]]:
        """The rows unpacked."""
        found: list[list[Cell]] = json.loads(self.text)
        return found


@dataclass(frozen=True)
class Sheet:
    """Headings and the rows below them; `version`: the word of the template, "" when it has none."""

    headings: tuple[str, ...]
    packs: tuple[Packed, ...]
    formulas: tuple[str, ...] = ()
    version: str = ""

    @property
    def first_row(self) -> int:
        """The file's own number of the first row."""
        return self.packs[0].first_row

    @cached_property
    def rows(self) -> list[list[Cell]]:
        """Every row, unpacked."""
        return [row for pack in self.packs for row in pack.rows()]

    def rows_numbered(self, numbers: Sequence[int]) -> dict[int, list[Cell]]:
        """Some rows by the file's own numbers."""
        found: dict[int, list[Cell]] = {}
        for pack in self.packs:
            mine = [n for n in numbers if pack.first_row <= n < pack.first_row + pack.count]
            rows = pack.rows() if mine else []
            found |= {number: rows[number - pack.first_row] for number in mine}
        return found


async def read_sheet(content: bytes, *, must_have: Sequence[Sequence[str]]) -> Sheet:
    """The first sheet of an .xlsx; refused (422) when it is unsafe, empty or lacks a heading.

    Each of `must_have` names a heading by its alternatives. The guard looks while the child, which
    can harm nobody, already parses; nothing is taken from it until the guard has admitted the file.
    """
    parsing = asyncio.create_task(_parse(content))
    try:
        looked = await run_in_threadpool(look, content)
    except BaseException:
        parsing.cancel()
        raise
    found = _under_headings(await parsing, looked, must_have)
    if not found.packs:
        raise Refused("file_empty", "表头下面没有数据；请填写后再上传。", status=422)
    return found


async def _parse(content: bytes) -> list[str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.gateway.importer.child",
        str(MEGABYTES),
        str(SECONDS),
        str(AT_ONCE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": "", "PYTHONPATH": ":".join(p for p in sys.path if p), "LC_ALL": "C.UTF-8"},
    )
    output = b""
    try:
        async with asyncio.timeout(SECONDS * 3):
            output, _ = await child.communicate(content)
    except TimeoutError:
        output = b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or not output:
        raise Refused(
            "file_not_parsed",
            "文件内容无法在限定的内存和时间内读出，没有导入；请只保留需要导入的一张工作表，另存后重试。",
            status=422,
        )
    return output.decode().split("\n")


def _under_headings(
    parsed: Sequence[str], looked: Looked, must_have: Sequence[Sequence[str]]
) -> Sheet:
    about: dict[str, Any] = json.loads(parsed[0])
    top: list[list[Cell]] = json.loads(parsed[1]) if len(parsed) > 1 else []
    for at, row in enumerate(top[:_LOOKED_THROUGH]):
        headings = tuple(str(cell or "").strip() for cell in row)
        if all(set(alternatives) & set(headings) for alternatives in must_have):
            packs = _packs(top[at + 1 :], parsed[2:], about, at + 1)
            return Sheet(headings, packs, looked.formulas, about["version"])
    wanted = "”“".join(alternatives[0] for alternatives in must_have)
    raise Refused(
        "headings_missing",
        f"前十行里没有找到表头“{wanted}”；请下载模板，把数据粘贴到模板里再上传。",
        status=422,
    )


def _packs(
    top: list[list[Cell]], others: Sequence[str], about: dict[str, Any], skipped: int
) -> tuple[Packed, ...]:
    """The rows below the headings: the first pack lost its head, the others stay as they are."""
    first, count = int(about["first_row"]), int(about["count"])
    packs = [Packed(first + skipped, len(top), json.dumps(top, ensure_ascii=False))] if top else []
    for number, text in enumerate(others, start=1):
        left = count - number * AT_ONCE
        packs.append(Packed(first + number * AT_ONCE, min(AT_ONCE, left), text))
    return tuple(packs)
