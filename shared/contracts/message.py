"""Facts, commands and answers as they cross a wall, and the envelope they travel in.

The version is inside the message: a hearer lifts any version ever sent to today's
shape with `read`, and an unknown version is refused here so that it can be parked.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field


class Unreadable(ValueError):  # noqa: N818  a verdict on bytes, not a fault of ours
    """These bytes are not a message this version of Hexie can read; park them."""


class Shape(BaseModel):
    """Frozen; unknown fields are refused when made and ignored when read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Actor(Shape):
    """Who acts: a person with an account, an agency, or the system itself.

    `node` is the six-digit code of the organisation node the person sits at
    (330200 = city, 330203 = district). `side` is government, workers or employers
    for people who hold a party seat; `body` is the seat's own body.
    """

    id: str
    name: str
    node: str = ""
    roles: tuple[str, ...] = ()
    side: str = ""
    body: str = ""
    unit_id: str = ""

    def has(self, role: str) -> bool:
        """Whether the person holds this role."""
        return role in self.roles


SYSTEM = Actor(id="system", name="系统", node="000000", roles=("system",))


class Event(Shape):
    """Something that has happened in the programme. `name` is the envelope's type."""

    name: ClassVar[str]
    version: ClassVar[int] = 1

    def subject(self) -> str:
        """The key along which order is kept; the unit wherever there is one."""
        return str(getattr(self, "unit_id", "") or getattr(self, "subject_id", "") or self.name)

    def upcast(self) -> Event:
        """The same fact in today's shape; past versions override this."""
        return self


class Command(Shape):
    """Something a person asks a service to do, or to tell. `name` is `<service>.<method>`.

    With `only_tells` nothing can be done twice: an idempotency key is taken and not remembered.
    """

    name: ClassVar[str]
    only_tells: ClassVar[bool] = False


class Envelope(Shape):
    """CloudEvents attributes around one event; stored and published whole."""

    id: str
    source: str
    type: str
    version: int
    time: datetime
    subject: str
    sequence: int = Field(description="counts from 1 per source and subject, without holes")
    correlation_id: str
    causation_id: str = ""
    actor: Actor
    data: dict[str, Any]

    def to_bytes(self) -> bytes:
        """Canonical JSON: sorted keys, UTF-8, no spaces."""
        return json.dumps(
            self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Read an envelope; `Unreadable` when the bytes are not one."""
        try:
            return cls.model_validate_json(body, extra="ignore")
        except ValueError as error:
            raise Unreadable(f"不是信封 (not an envelope): {str(error)[:300]}") from error


def read(envelope: Envelope, catalogue: dict[tuple[str, int], type[Event]]) -> Event:
    """The event inside, lifted to today's shape; `Unreadable` for an unknown type or version."""
    shape = catalogue.get((envelope.type, envelope.version))
    if shape is None:
        raise Unreadable(
            f"未知的消息类型或版本 (unknown type or version): {envelope.type} v{envelope.version}"
        )
    try:
        event = shape.model_validate(envelope.data, extra="ignore")
    except ValueError as error:
        raise Unreadable(
            f"内容与 {envelope.type} v{envelope.version} 不符: {str(error)[:300]}"
        ) from error
    return event.upcast()
