"""Packs for reading: those on file, and any version that was ever put to work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry_packs import SHORTEST, PackText, ReadPack
from shared.policy.codec import pack_from_json
from shared.policy.pack import Pack
from shared.runtime.packs import all_packs

Ask = Callable[[Command], Awaitable[Any]]
_SIGNS = frozenset("0123456789abcdef")


async def pack_named(name: str, ask: Ask) -> Pack:
    """The pack of this id, as it is on file, or the version this fingerprint begins.

    Refused (404) when there is neither.
    """
    known = all_packs()
    if name in known:
        return known[name]
    for pack in known.values():
        if len(name) >= SHORTEST and pack.fingerprint.startswith(name):
            return pack
    if SHORTEST <= len(name) <= 64 and _SIGNS.issuperset(name):
        answer = PackText.model_validate(await ask(ReadPack(fingerprint=name)))
        return pack_from_json(answer.content)
    says = f"没有政策包“{name[:64]}”。现有：{'、'.join(known)}。"
    raise Refused("pack_not_found", says, status=404)
