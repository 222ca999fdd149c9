"""Packs: which are on file and at work, one whole, and what differs between two."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.gateway.api.door import ANYONE, PREFIX, Door, answered, guard_roles
from services.gateway.api.pack_shapes import (
    DifferencePart,
    DifferenceView,
    PackHead,
    PackList,
    PackView,
)
from services.gateway.api.pack_views import head_of, view_of
from services.gateway.api.problems import Problem
from services.gateway.auth import guard
from services.gateway.lawbook import pack_named
from shared.contracts import registry_acts
from shared.contracts.message import Command
from shared.contracts.registry_answers import ActivationView
from shared.policy.diff import differences
from shared.policy.pack import Pack
from shared.runtime.packs import all_packs

router = APIRouter(prefix=PREFIX, tags=["政策包"])

DOORS = (
    Door(
        "POST",
        "/packs/activations",
        registry_acts.ActivatePack,
        "启用政策包",
        ("admin", "reviewer", "system"),
        ActivationView,
        status=201,
    ),
)
_NAME = Path(max_length=64, description="包名；或启用过的版本的指纹（至少前 12 位）")
_FOUND: dict[str, Any] = {
    "openapi_extra": {"x-roles": list(ANYONE)},
    "responses": {401: {"model": Problem}, 404: {"model": Problem}},
}


@router.get(
    "/packs",
    summary="政策包与启用记录",
    operation_id="get_packs",
    response_model=PackList,
    **_FOUND,
)
async def list_packs(request: Request) -> Response:
    """Every pack on file by its head, and every activation, newest first."""
    guard_roles(request, ANYONE)
    heads = [PackHead(**head_of(pack)) for pack in all_packs().values()]
    return _told(request, PackList(packs=heads, activations=await activations(request)))


@router.get(
    "/packs/{pack_id}",
    summary="查看政策包",
    operation_id="get_packs_pack_id",
    response_model=PackView,
    **_FOUND,
)
async def read_pack(request: Request, pack_id: Annotated[str, _NAME]) -> Response:
    """A pack whole: documents, settings, clauses with what rests on them, every entry in words."""
    guard_roles(request, ANYONE)
    return _told(request, view_of(await _pack(request, pack_id), await activations(request)))


@router.get(
    "/packs/{before}/difference/{after}",
    summary="两个政策包的差别",
    operation_id="get_packs_difference",
    response_model=DifferenceView,
    **_FOUND,
)
async def read_difference(
    request: Request, before: Annotated[str, _NAME], after: Annotated[str, _NAME]
) -> Response:
    """What differs between two packs or two versions of one, in sentences, by section."""
    guard_roles(request, ANYONE)
    one, other = await _pack(request, before), await _pack(request, after)
    return _told(
        request,
        DifferenceView(
            before=PackHead(**head_of(one)),
            after=PackHead(**head_of(other)),
            parts=[DifferencePart(**asdict(part)) for part in differences(one, other)],
        ),
    )


async def activations(request: Request) -> list[ActivationView]:
    """Which pack was put to work where, as the person asking may know it."""
    found = await _ask(request, registry_acts.ListActivations())
    return [ActivationView.model_validate(row) for row in found["activations"]]


async def _pack(request: Request, name: str) -> Pack:
    return await pack_named(name, lambda command: _ask(request, command))


async def _ask(request: Request, command: Command) -> Any:
    return await request.app.state.services.ask(command, guard.asking_of(request))


def _told(request: Request, answer: PackList | PackView | DifferenceView) -> Response:
    return answered(request, answer.model_dump(mode="json"))
