"""Files over REST: send one, get its reference, read it back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from services.gateway import files
from services.gateway.api.door import ANYONE, PREFIX, guard_roles
from services.gateway.api.problems import Problem
from services.gateway.auth import guard
from shared.contracts.evaluation_answers import EvidenceRef

router = APIRouter(prefix=PREFIX)
_ROLES = {"x-roles": list(ANYONE)}


@router.post(
    "/files",
    status_code=201,
    tags=["文件"],
    summary="上传一份佐证材料（原样字节）",
    operation_id="post_files",
    openapi_extra=_ROLES
    | {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
    responses={201: {"model": EvidenceRef}, 422: {"model": Problem}},
)
async def post_file(
    request: Request, name: Annotated[str, Query(min_length=1, max_length=200)]
) -> Response:
    """Keep the body under this name; the answer is what other operations call an EvidenceRef."""
    guard_roles(request, ANYONE)
    new = files.NewFile(name=name, content=await request.body())
    kept = await run_in_threadpool(
        files.keep, request.app.state.engine, new, guard.asker_of(request), guard.utc_now()
    )
    return JSONResponse(kept, status_code=201)


@router.get(
    "/files/{file_id}",
    tags=["文件"],
    summary="取回一份材料",
    operation_id="get_files_file_id",
    openapi_extra=_ROLES,
    responses={200: {"content": {"application/octet-stream": {}}}, 404: {"model": Problem}},
)
async def get_file(request: Request, file_id: Annotated[str, Path(max_length=80)]) -> Response:
    """The exact bytes that were sent."""
    guard_roles(request, ANYONE)
    return await file_response(request, file_id)


async def file_response(request: Request, file_id: str) -> Response:
    """A kept file as a download; never shown inside our own pages."""
    found = await run_in_threadpool(
        files.read, request.app.state.engine, file_id, guard.asker_of(request)
    )
    return Response(
        bytes(found["content"]),
        media_type=found["media_type"],
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(found['name'])}"},
    )
