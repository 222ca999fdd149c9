"""The gateway's application: walls, routes, pages, and the connection to the services."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from services.gateway import store
from services.gateway.api import problems
from services.gateway.api.document import PUBLIC_PREFIX, describe, include_api
from services.gateway.at_work import Remembered
from services.gateway.auth import guard
from services.gateway.auth.sessions import Throttle
from services.gateway.auth.wall import Wall, database_away, too_large
from services.gateway.clients import ServiceAway, ServiceFailed, Services
from services.gateway.pages import house
from services.gateway.pages.desk import render
from services.gateway.pages.sign_in import door
from shared.contracts.refusals import Refused
from shared.runtime.database import make_engine
from shared.runtime.settings import Settings, settings

log = structlog.get_logger()
_PLAIN_BODY = 1024 * 1024
_BULK_BODY = 8 * 1024 * 1024
_BULK = ("/api/v1/entitlement-checks", "/api/v1/imports", "/api/v1/record-batches")
_UPLOADS = (
    "/imports",
    "/planner",
    "/files",
    "/api/v1/files",
    "/assessments",
    "/tasks",
    "/reports",
    "/records",
)


def create_app(given: Settings | None = None) -> FastAPI:
    """The application; it connects to database and broker when it is started, not before."""
    chosen = given or settings()
    app = FastAPI(
        title="和谐劳动关系创建 REST 接口",
        version="1",
        description="错误按 RFC 9457；分页按键（after / next / Link）；修改须带 If-Match。",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_life,
    )
    app.state.settings = chosen
    app.state.throttle = Throttle()
    app.state.at_work = Remembered()
    app.state.services = Services(chosen.amqp_url, timeout=chosen.rpc_timeout)
    _ground(app)
    include_api(app)
    app.state.page_paths = house.include_pages(app)
    _answers(app)
    app.add_middleware(Wall, answer=answer, body_limit=_body_limit(chosen))
    app.openapi = _document(app)  # type: ignore[method-assign]
    return app


def _body_limit(chosen: Settings) -> Any:
    def limit(path: str) -> int:
        if path.startswith(_UPLOADS):
            return chosen.upload_max_bytes
        return _BULK_BODY if path.startswith(_BULK) else _PLAIN_BODY

    return limit


def _document(app: FastAPI) -> Any:
    plain = app.openapi

    def document() -> dict[str, Any]:
        return describe(plain())

    return document


def write_openapi(path: Path) -> None:
    """Write the OpenAPI document as it is committed; the same bytes for the same code."""
    text_ = json.dumps(create_app().openapi(), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text_ + "\n", encoding="utf-8")


# --- life ---------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    app.state.engine = make_engine("gateway", app.state.settings)
    leaving = asyncio.Event()
    connecting = asyncio.create_task(_connect(app, leaving))
    try:
        yield
    finally:
        leaving.set()
        await asyncio.wait({connecting}, timeout=5)
        connecting.cancel()
        await app.state.services.stop()
        app.state.engine.dispose()


async def _connect(app: FastAPI, leaving: asyncio.Event) -> None:
    """Reach the broker, however long it takes to come up; `readyz` says when."""
    pause = 0.2
    while not leaving.is_set():
        try:
            await app.state.services.start()
        except (TimeoutError, OSError, ConnectionError) as error:
            log.warning("broker_not_reached", error=str(error)[:200], again_in=pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(leaving.wait(), pause)
            pause = min(pause * 2, 5.0)
        else:
            log.info("broker_reached")
            return


# --- ground -------------------------------------------------------------------------------


def _ground(app: FastAPI) -> None:
    static = Path(__file__).resolve().parent / "static"
    packed = GZipMiddleware(StaticFiles(directory=static), minimum_size=1000)
    app.mount("/static", packed, name="static")

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return JSONResponse({"ok": True})

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> Response:
        database = await run_in_threadpool(store.answers, request.app.state.engine)
        broker = bool(request.app.state.services.is_up)
        up = database and broker
        return JSONResponse(
            {"ok": up, "database": database, "broker": broker}, status_code=200 if up else 503
        )

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        guard.need(guard.asker_of(request), ("admin", "security", "system"))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/api/v1/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return JSONResponse(request.app.openapi())


# --- answers to what went wrong -----------------------------------------------------------


async def answer(request: Request, refused: Refused) -> Response:
    """A refusal as whoever asked can read it: a problem document, or a page."""
    path = request.url.path
    if path.startswith(("/api/", PUBLIC_PREFIX, "/metrics")):
        return problems.problem(refused, request.state.correlation_id)
    if not hasattr(request.state, "asker"):
        request.state.asker = guard.NOBODY
    if refused.status == 401:
        return door(request, refused=refused, then=path if request.method == "GET" else "/")
    back = "/public/register" if guard.asker_of(request).via == "public" else "/"
    return render(
        request,
        "error.html",
        title=problems.TITLES.get(refused.status, "不能办理"),
        status=refused.status,
        refused=refused,
        reference=request.state.correlation_id,
        back=back,
    )


def _answers(app: FastAPI) -> None:
    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return await answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        return await answer(request, problems.invalid(error.errors()))

    @app.exception_handler(ValidationError)
    async def unfit(request: Request, error: ValidationError) -> Response:
        return await answer(request, problems.invalid(error.errors()))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 413:
            return await answer(request, too_large(int(error.detail)))
        says = {
            404: "没有这个页面或资源；请核对地址，或从菜单重新进入。",
            405: "这个地址不支持这种操作。",
        }.get(error.status_code, "请求无法处理。")
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        response = await answer(request, Refused(code, says, status=error.status_code))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(ServiceAway)
    async def away(request: Request, error: ServiceAway) -> Response:
        return await answer(request, _away(error))

    @app.exception_handler(ServiceFailed)
    async def failed(request: Request, _error: ServiceFailed) -> Response:
        says = "后台服务出错，本次操作没有完成；故障已记录，请稍后再试或联系管理员。"
        return await answer(request, Refused("service_failed", says, status=502))

    @app.exception_handler(store.DatabaseFault)
    async def database(request: Request, error: store.DatabaseFault) -> Response:
        return await answer(request, database_away(error))

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        log.error("defect", exc_info=error, correlation_id=request.state.correlation_id)
        says = "系统内部出错，本次操作没有完成；故障已按下面的编号记录，请联系管理员。"
        return await answer(request, Refused("defect", says, status=500))


def _away(error: ServiceAway) -> Refused:
    if error.late:
        says = "后台没有在时限内答复，不确定是否已经办成；请先刷新查看，再用同一编号重试。"
        return Refused("service_late", says, status=504)
    if error.sent:
        says = "与后台的连接中断，不确定是否已经办成；请先刷新查看，再用同一编号重试。"
        return Refused("service_away", says, status=503)
    says = "后台服务暂时不可用，本次操作没有办理；请稍后再试。"
    return Refused("service_away", says, status=503)
