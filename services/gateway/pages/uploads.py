"""Uploads in forms: one file, named, not empty, of the ending a page asks for."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from services.gateway.importer.workbook import MEDIA_TYPE
from shared.contracts.refusals import Refused


async def sheet_of(form: FormData, name: str = "file") -> tuple[str, bytes]:
    """The name and bytes of an uploaded .xlsx; refused (422) when there is none."""
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        raise Refused("file_missing", "没有选择文件；请选择一个 .xlsx 文件后再提交。", status=422)
    if not given.filename.lower().endswith(".xlsx"):
        raise Refused(
            "file_kind_unknown",
            f"“{given.filename[:80]}”不是 .xlsx 文件；请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”。",
            status=422,
        )
    return given.filename.rsplit("/", 1)[-1][:200], await given.read()


def workbook(content: bytes, name: str) -> Response:
    """A workbook as a download."""
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
