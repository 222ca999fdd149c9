"""The register's part of 待办: likely doubles to look at, units that moved here."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from services.gateway.auth import guard
from services.gateway.pages.desk import Missing, part
from services.gateway.pages.todo import Todo
from shared.contracts import registry_units as about
from shared.contracts.registry_units_answers import DoublePage, MoveView

GROUP = "登记"
_WHO = ("clerk", "reviewer")


async def todo_of(request: Request) -> list[Todo]:
    """What the register asks of this person today."""
    if not guard.asker_of(request).may(_WHO):
        return []
    doubles, moves = await asyncio.gather(
        part(request, DoublePage, about.ListDoubles(limit=1)),
        part(request, dict[str, list[MoveView]], about.ListMoves()),
    )
    todo: list[Todo] = []
    if not isinstance(doubles, Missing) and doubles.items:
        first = doubles.items[0]
        number = f"{doubles.total:,}{'+' if doubles.total_more else ''}"
        says = f"疑似重复登记 {number} 组，请核对是否同一单位"
        todo.append(Todo(says=says, href="/duplicates", group=GROUP, since=first.found_at))
    if not isinstance(moves, Missing):
        todo += [_of_move(move) for move in moves.get("moves", [])]
    return todo


def _of_move(move: MoveView) -> Todo:
    law = "，原适用的办法不同" if move.law_changed else ""
    return Todo(
        says=f"{move.unit_text}由{move.from_text}迁入{law}，请知悉",
        href=f"/units/{move.unit_id}",
        group=GROUP,
        since=move.recorded_at,
    )
