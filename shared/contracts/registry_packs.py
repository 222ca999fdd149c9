"""Packs as the registry keeps them: every version that was ever put to work, whole."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.message import Command, Shape

SHORTEST = 12
"""So many signs of a fingerprint name a version; fewer might name two."""


class ReadPack(Command):
    """The version of a pack that has this fingerprint, or begins with it. Answers `PackText`.

    Whatever the files say by now, decisions made under it are explained with this very text.
    """

    name: ClassVar[str] = "registry.read_pack"

    fingerprint: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{SHORTEST},64}}$")]


class PackText(Shape):
    """A pack as canonical JSON; its SHA-256 is the fingerprint."""

    fingerprint: str
    content: str
