"""The few operations that are more than one command: posting a trigger, any decision's chain."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from services.gateway.api.door import ANYONE, PREFIX, answered, guard_roles
from services.gateway.api.problems import Problem
from services.gateway.auth import guard
from shared.contracts import evaluation_round, incentives, oversight, registry_acts
from shared.contracts.message import Command
from shared.contracts.oversight_feed import StoredTrigger, StoreTrigger
from shared.contracts.refusals import Refused

router = APIRouter(prefix=PREFIX)

_READERS: dict[str, type[Command]] = {
    "registry": registry_acts.GetDecision,
    "evaluation": evaluation_round.ReadDecision,
    "incentives": incentives.ReadDecision,
    "oversight": oversight.GetDecision,
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {
                "schema": {"type": "object", "description": "CloudEvents 1.0，原样字节参与验签"}
            }
        },
    },
    "x-roles": ["agency", "liaison"],
}


@router.post(
    "/triggers",
    status_code=202,
    tags=["机构事件"],
    summary="机构送来一件签名事件（与 AMQP 同一条路）",
    operation_id="post_triggers",
    openapi_extra=_BODY,
    responses={202: {"model": StoredTrigger}, 401: {"model": Problem}, 422: {"model": Problem}},
)
async def post_trigger(
    request: Request,
    sig: Annotated[str, Header(description="对请求体原样字节的分离式 JWS")] = "",
    agency: Annotated[str, Header(alias="Hexie-Agency")] = "",
) -> Response:
    """Store the event's exact bytes; the verdict comes with the receipt.

    An agency posts with its own API key. Content is never judged here: forged and broken events
    get their verdict and receipt like all others.
    """
    asker = guard.asker_of(request)
    guard.need(asker, ("agency", "liaison"))
    code = _agency(asker, agency)
    body = await request.body()
    if len(body) > request.app.state.settings.event_max_bytes:
        raise Refused("body_too_large", "事件超过长度上限，没有接收。", status=413)
    command = StoreTrigger(
        agency=code,
        body=base64.b64encode(body).decode(),
        sig=sig,
        content_type=request.headers.get("content-type", "")[:100],
    )
    asking = guard.asking_of(request)
    as_agency = asking.actor.model_copy(update={"id": code, "roles": ("agency",)})
    answer = await request.app.state.services.ask(command, replace(asking, actor=as_agency))
    return answered(request, answer, status=202)


def _agency(asker: guard.Asker, named: str) -> str:
    if asker.agency:
        return asker.agency
    if asker.actor.body and named in ("", asker.actor.body):
        return asker.actor.body
    raise Refused(
        "agency_unknown", "不清楚以哪个机构的名义报送；请使用该机构自己的接口密钥。", status=403
    )


def reader_of(decision_id: str) -> Command:
    """The command that reads this decision: its id begins with the service's name."""
    service = decision_id.partition("-")[0]
    reader = _READERS.get(service)
    if reader is None:
        raise Refused("decision_unknown", f"没有编号为“{decision_id[:80]}”的决定。", status=404)
    return reader.model_validate({"decision_id": decision_id})


@router.get(
    "/decisions/{decision_id}",
    tags=["决定"],
    summary="一项决定的完整法律链条：文件、条款、规则、事实、意见",
    operation_id="get_decisions_decision_id",
    openapi_extra={"x-roles": list(ANYONE)},
    responses={200: {"content": {"application/json": {}}}, 404: {"model": Problem}},
)
async def get_decision(
    request: Request, decision_id: Annotated[str, Path(max_length=120)]
) -> Response:
    """Whose service it is, the id says; the chain is as recorded, never computed anew."""
    guard_roles(request, ANYONE)
    found: Any = await request.app.state.services.ask(
        reader_of(decision_id), guard.asking_of(request)
    )
    return Response(json.dumps(found, ensure_ascii=False), media_type="application/json")
