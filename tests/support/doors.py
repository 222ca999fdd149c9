"""Every reading door of the API, walked from the OpenAPI document, and what an answer gives away.

A new door is walked by being in the document: what it asks for in its path is taken from the
answers of the doors walked before it.
"""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from shared.contracts.message import Actor
from shared.contracts.scalars import area_of
from shared.runtime.organisations import region_of

CODE = re.compile(r"\d{6}(\d{3})?(\.[a-z]+){0,2}")
OFFICE_KEYS = {
    "node", "office", "jurisdiction", "of_node", "to_node", "to_office", "from_office",
    "reported_from",
}  # fmt: skip
_AT_ONCE = 12


@dataclass(frozen=True)
class Door:
    """A reading operation: what its path and its query must be given, who may use it.

    `words`: what may stand in its path, where the document lists it.
    """

    path: str
    in_path: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    optional: frozenset[str]
    roles: frozenset[str]

    def admits(self, actor: Actor) -> bool:
        """Whether the actor holds a role of the door."""
        return "any" in self.roles or bool(self.roles & set(actor.roles))

    def filled(self, given: Mapping[str, str]) -> str:
        """The path with what it asks for."""
        return re.sub(r"{(\w+)}", lambda m: given[m[1]], self.path)


@dataclass(frozen=True)
class Call:
    """One request of one person."""

    door: Door
    actor: Actor
    path: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Heard:
    """What it was answered with: everything readable in it."""

    call: Call
    status: int
    said: Any
    text: str


def reading_doors(document: Mapping[str, Any]) -> list[Door]:
    """Every GET below /api/v1 that is not for the public."""
    found = []
    for path, operations in document["paths"].items():
        operation = operations.get("get")
        if operation is None or not path.startswith("/api/v1"):
            continue
        given = operation.get("parameters", [])
        found.append(
            Door(
                path=path,
                in_path=tuple(p["name"] for p in given if p["in"] == "path"),
                words={
                    p["name"]: tuple(p["schema"]["enum"]) for p in given if "enum" in p["schema"]
                },
                required=tuple(p["name"] for p in given if p["in"] == "query" and p["required"]),
                optional=frozenset(p["name"] for p in given if p["in"] == "query"),
                roles=frozenset(operation["x-roles"]),
            )
        )
    return found


async def ask_all(base: str, tokens: Mapping[str, str], calls: Sequence[Call]) -> list[Heard]:
    """Ask many at once; the answers in order."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async with httpx2.AsyncClient(base_url=base, timeout=60) as http:

        async def one(call: Call) -> Heard:
            headers = {
                "authorization": f"Bearer {tokens[call.actor.id]}",
                "hexie-clock": "2026-03-10T10:00:00+08:00",
            }
            async with gate:
                answer = await http.get(call.path, params=dict(call.query), headers=headers)
            return Heard(call, answer.status_code, _said(answer), _readable(answer))

        return list(await asyncio.gather(*(one(call) for call in calls)))


def _said(answer: httpx2.Response) -> Any:
    is_json = "json" in answer.headers.get("content-type", "")
    return answer.json() if is_json and answer.content else None


def _readable(answer: httpx2.Response) -> str:
    """The text of an answer; of a workbook, the text in its cells."""
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return "".join(book.read(n).decode("utf-8", "replace") for n in book.namelist())
    return answer.text


def strings(said: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of an answer with the key it stands under; keys that are codes count too."""
    if isinstance(said, Mapping):
        for name, value in said.items():
            if CODE.fullmatch(str(name)):
                yield key, str(name)
            yield from strings(value, str(name))
    elif isinstance(said, list):
        for value in said:
            yield from strings(value, key)
    elif isinstance(said, str):
        yield key, said


def leaks(heard: Heard, home: str, foreign: Iterable[str]) -> list[str]:
    """What an answer says of other regions: a word that is theirs, or the code of a place."""
    found = [word for word in foreign if word in heard.text]
    for key, value in strings(heard.said):
        if CODE.fullmatch(value) and _is_elsewhere(key, value, home):
            found.append(f"{key}={value}")
    return [f"{heard.call.actor.name} {heard.call.path} {heard.call.query}: {f}" for f in found]


def _is_elsewhere(key: str, code: str, home: str) -> bool:
    """Whether a code is of another region. A suite's offices know their place's divisions (A-02)."""
    there = region_of(code)
    if not there or there == home:
        return False
    return key in OFFICE_KEYS or area_of(there) != area_of(home)
