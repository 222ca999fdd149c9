"""An uploaded sheet as rows under known headings; parsed in the child, never here.

A large sheet stays packed, as the text the child wrote: whoever only passes rows on never reads
them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property

from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from services.gateway.importer.columns import LARGEST, packed
from services.gateway.importer.guard import Looked, look
from shared.contracts.refusals import Refused
from shared.contracts.table import Cell, Table

MEGABYTES = 512
SECONDS = 10
AT_ONCE = 5000
REPORT_HEADINGS = ("错误说明", "核对结论", "理由", "依据", "暂停享受")
_LOOKED_THROUGH = 10
_BUFFER = 1024 * 1024


@dataclass(frozen=True)
class Packed:
    """Rows as the JSON of their columns; `first_row`: the file's number of the first."""

    first_row: int
    count: int
    text: str

    @classmethod
    def of(cls, first_row: int, rows: Sequence[Sequence[Cell]]) -> Packed:
        """Rows as they are."""
        table = Table.of(rows)
        return cls(first_row, table.count, packed(table.columns).decode())

    def rows(self) -> list[list[Cell]]:
        """The rows unpacked."""
        return Table.unpacked(self.count, self.text).rows()

    def some(self, numbers: Sequence[int]) -> dict[int, list[Cell]]:
        """Those of these rows, by the file's numbers, that are in this pack."""
        mine = [n for n in numbers if self.first_row <= n < self.first_row + self.count]
        table = Table.unpacked(self.count, self.text) if mine else Table(0, ())
        return {n: table.row(n - self.first_row) for n in mine}

    def without(self, count: int) -> Packed:
        """All but the first rows."""
        return Packed.of(self.first_row + count, self.rows()[count:])


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

    def chunks(self, most: int) -> Iterator[Sequence[list[Cell]]]:
        """Every row as it can be passed on: `most` at a time, fewer where they are large."""
        rows, first, size = self.rows, 0, 0
        for at, row in enumerate(rows):
            own = len(to_json(row))
            if own > LARGEST:
                raise _row_too_long(self.first_row + at)
            if at - first == most or size + own > LARGEST:
                yield rows[first:at]
                first, size = at, 0
            size += own
        yield rows[first:]

    def rows_numbered(self, numbers: Sequence[int]) -> dict[int, list[Cell]]:
        """Some rows by the file's own numbers."""
        return {n: row for pack in self.packs for n, row in pack.some(numbers).items()}


Packs = AsyncIterator[tuple[Packed, bool]]


@dataclass
class Arriving:
    """A sheet that is still being read: all of it but its rows is known.

    `packs` gives these once, in their order, each with whether it is the last; `sheet` has them
    all when that is over.
    """

    sheet: Sheet
    rest: AsyncIterator[Packed]

    @classmethod
    def whole(cls, sheet: Sheet) -> Arriving:
        """A sheet that was read at once."""

        async def rest() -> AsyncIterator[Packed]:
            for pack in sheet.packs[1:]:
                yield pack

        return cls(replace(sheet, packs=sheet.packs[:1]), rest())

    async def packs(self) -> Packs:
        """The rows; refused (422) when the parser does not come to the end of the file."""
        before = self.sheet.packs[0]
        async for pack in self.rest:
            self.sheet = replace(self.sheet, packs=(*self.sheet.packs, pack))
            yield before, False
            before = pack
        yield before, True


async def read_sheet(content: bytes, *, must_have: Sequence[Sequence[str]]) -> Sheet:
    """The first sheet of an .xlsx; refused (422) when it is unsafe, empty or lacks a heading.

    Each of `must_have` names a heading by its alternatives.
    """
    async with open_sheet(content, must_have=must_have) as arriving:
        async for _ in arriving.packs():
            continue
        return arriving.sheet


@asynccontextmanager
async def open_sheet(
    content: bytes, *, must_have: Sequence[Sequence[str]]
) -> AsyncIterator[Arriving]:
    """The same while it is being read, for whoever passes the rows on as they come.

    The guard looks while the child, which can harm nobody, already parses; nothing is taken from it
    until the guard has admitted the file.
    """
    child = await _started()
    feeding = asyncio.create_task(_feed(child, content))
    try:
        looked = await run_in_threadpool(look, content)
        yield await _under_headings(_packs(child), looked, must_have)
    finally:
        feeding.cancel()
        if child.returncode is None:
            child.kill()
            await child.wait()


async def _started() -> Process:
    return await asyncio.create_subprocess_exec(
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
        limit=_BUFFER,
    )


async def _feed(child: Process, content: bytes) -> None:
    assert child.stdin is not None  # noqa: S101  it has a pipe
    with suppress(ConnectionError):  # a child that died tells by its end
        child.stdin.write(content)
        await child.stdin.drain()
    child.stdin.close()


async def _packs(child: Process) -> AsyncIterator[Packed]:
    """The packs as the child makes them; refused (422) when it does not come to the end.

    The first is empty, and its text what the child says of the sheet.
    """
    assert child.stdout is not None  # noqa: S101  it has a pipe
    out, patience, done = child.stdout, SECONDS * 3, False
    try:
        about = await asyncio.wait_for(out.readline(), patience)
        number = int(json.loads(about)["first_row"])
        yield Packed(number, 0, about.decode())
        while line := await asyncio.wait_for(out.readline(), patience):
            count, size = map(int, line.split())
            if size > LARGEST:
                raise _row_too_long(number)
            text = await asyncio.wait_for(out.readexactly(size), patience)
            yield Packed(number, count, text.decode())
            number += count
        done = await asyncio.wait_for(child.wait(), patience) == 0
    except (TimeoutError, ValueError, asyncio.IncompleteReadError):
        pass  # told below
    if not done:
        raise Refused(
            "file_not_parsed",
            "文件内容无法在限定的内存和时间内读出，没有导入；请只保留需要导入的一张工作表，另存后重试。",
            status=422,
        )


def _row_too_long(number: int) -> Refused:
    return Refused(
        "row_too_long",
        f"第 {number} 行的内容超过 {LARGEST // 1024} KB，没有导入；请把这一行的长文字缩短后再上传。",
        status=422,
    )


async def _under_headings(
    packs: AsyncIterator[Packed], looked: Looked, must_have: Sequence[Sequence[str]]
) -> Arriving:
    about = json.loads((await anext(packs)).text)
    top = await anext(packs, None)
    for at, row in enumerate(top.rows()[:_LOOKED_THROUGH] if top else ()):
        headings = tuple(str(cell or "").strip() for cell in row)
        if top and all(set(alternatives) & set(headings) for alternatives in must_have):
            below: Packed | None = top.without(at + 1)
            below = below if below and below.count else await anext(packs, None)
            if below is None:
                raise Refused("file_empty", "表头下面没有数据；请填写后再上传。", status=422)
            return Arriving(Sheet(headings, (below,), looked.formulas, about["version"]), packs)
    wanted = "”“".join(alternatives[0] for alternatives in must_have)
    raise Refused(
        "headings_missing",
        f"前十行里没有找到表头“{wanted}”；请下载模板，把数据粘贴到模板里再上传。",
        status=422,
    )
