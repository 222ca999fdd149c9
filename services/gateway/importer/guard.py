"""Look at an .xlsx before anything parses it: size while inflating, furthest cell, macros, links.

A file of a few kilobytes can ask a parser for hundreds of gigabytes (one cell at XFD1048576), or
inflate to any size; both end here with a sentence that says what to do.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from shared.contracts.refusals import Refused

MAX_INFLATED = 100 * 1024 * 1024
MAX_ENTRIES = 2000
MAX_ROWS = 100_001
MAX_COLUMNS = 200
_CHUNK = 256 * 1024
_OVERLAP = 200
_FAR = re.compile(rb"r=[\"'](?:([A-Z]{2,3})(\d{1,7})|[A-Z](\d{6,7}))[\"']")
_ROW = re.compile(rb"<row\b[^>]{0,120}?\br=[\"'](\d{1,7})[\"']")
_FORMULA = re.compile(rb'<c\b[^>]{0,120}?\br="([A-Z]{1,3}\d{1,7})"[^>]{0,80}>\s{0,4}<f[\s>/]')
_ACTIVE = ("vbaproject", "/activex/", "/embeddings/", "/macrosheets/", "/ctrlprops/")


@dataclass(frozen=True)
class Looked:
    """What was seen: cells holding formulas (the first hundred), rows and columns used.

    Columns A to Z count as 26: most cells stand there, and need no closer look.
    """

    formulas: tuple[str, ...]
    rows: int
    columns: int


def look(content: bytes) -> Looked:
    """Admit the file, or refuse it (422) saying what is wrong and what to do."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _look(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _no(
            "file_unreadable",
            "这不是完好的 .xlsx 文件（可能是旧版 .xls、加密或已损坏）；请用 Excel 或 WPS 另存为"
            "“Excel 工作簿（.xlsx）”后重新上传。",
        ) from error


def _look(archive: zipfile.ZipFile) -> Looked:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _no(
            "file_too_many_parts", f"文件内含 {len(entries)} 个部件，超过 {MAX_ENTRIES} 个的上限。"
        )
    names = [e.filename.lower() for e in entries]
    if any(mark in name for name in names for mark in _ACTIVE):
        raise _no(
            "file_has_macros", "文件含有宏或嵌入对象，没有读取；请另存为不含宏的 .xlsx 后上传。"
        )
    if any("/externallinks/" in name for name in names):
        raise _no(
            "file_has_links",
            "文件链接了其他工作簿，没有读取；请在 Excel 中“断开链接”（只保留数值）后上传。",
        )
    if "[content_types].xml" not in names or not any("worksheets/" in n for n in names):
        raise _no("file_unreadable", "文件里没有工作表；请确认上传的是 .xlsx 文件。")
    seen = _Seen()
    for entry in entries:
        _inflate(archive, entry, seen)
    if seen.rows > MAX_ROWS or seen.columns > MAX_COLUMNS:
        raise _no(
            "file_too_far",
            f"工作表用到了第 {seen.rows} 行、第 {seen.columns} 列，超过 {MAX_ROWS - 1:,} 行 "
            f"{MAX_COLUMNS} 列的上限；请删除数据区以外的空行空列后另存再上传。",
        )
    return Looked(formulas=tuple(seen.formulas), rows=seen.rows, columns=seen.columns)


class _Seen:
    """What the parts looked at so far add up to."""

    def __init__(self) -> None:
        self.inflated, self.rows, self.columns = 0, 0, 26
        self.formulas: list[str] = []


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, seen: _Seen) -> None:
    sheet = "worksheets/" in entry.filename.lower() and entry.filename.lower().endswith(".xml")
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            seen.inflated += len(chunk)
            if seen.inflated > MAX_INFLATED:
                raise _no(
                    "file_too_large_inside",
                    f"文件解压后超过 {MAX_INFLATED // 1024 // 1024} MB，没有读取；请拆分成几个文件上传。",
                )
            if sheet:
                _scan(tail + chunk, seen)
                tail = chunk[-_OVERLAP:]


def _scan(part: bytes, seen: _Seen) -> None:
    for letters, far_right, far_down in _FAR.findall(part):
        seen.rows = max(seen.rows, int(far_right or far_down))
        if letters:
            seen.columns = max(seen.columns, column_number(letters.decode()))
    for digits in _ROW.findall(part):
        seen.rows = max(seen.rows, int(digits))
    if b"<f" in part and len(seen.formulas) < 100:
        for cell in _FORMULA.findall(part):
            if cell.decode() not in seen.formulas:
                seen.formulas.append(cell.decode())


def column_number(letters: str) -> int:
    """ "A" → 1, "XFD" → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _no(code: str, says: str) -> Refused:
    return Refused(code, says, status=422)
