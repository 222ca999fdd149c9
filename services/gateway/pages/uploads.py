"""Uploads in forms: one file, named, not empty, of an ending that is taken."""

from __future__ import annotations

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.gateway import files
from services.gateway.auth import guard
from services.gateway.importer.workbook import MEDIA_TYPE
from shared.contracts.evaluation_answers import EvidenceRef
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


async def kept_file(request: Request, form: FormData, name: str = "file") -> EvidenceRef | None:
    """The uploaded file, kept; None when nobody chose one."""
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        return None
    new = files.NewFile(name=given.filename, content=await given.read(), purpose="paper")
    kept = await run_in_threadpool(
        files.keep, request.app.state.engine, new, guard.asker_of(request), guard.utc_now()
    )
    return EvidenceRef.model_validate(kept)


def workbook(content: bytes, name: str) -> Response:
    """A workbook as a download."""
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
