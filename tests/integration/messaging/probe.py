"""A small service that hears and answers, run as a process of its own by these tests.

Each effect is one row without any uniqueness, so a second effect would be seen.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import text

from deploy import process
from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitClosed, UnitEntered
from shared.messaging.answer import accepts
from shared.messaging.consume import hears
from shared.messaging.tx import Heard, Tx
from shared.runtime.logs import configure

EFFECTS = (
    "CREATE TABLE effect (message_id text, unit_id text, sequence bigint, n bigserial);"
    "CREATE TABLE flaw (unit_id text PRIMARY KEY, failures int NOT NULL)"
)


class Double(Command):
    """Twice a number; refuses odd ones; remembers each act."""

    name: ClassVar[str] = "incentives.double"

    number: int
    fail: str = ""


class Probe:
    """Named like a real service, so that schema, queue and exchange are the real ones."""

    name = "incentives"

    @hears(UnitClosed, size=20)
    def on_closed(self, tx: Tx, heard: list[Heard]) -> None:
        """One row each; a reason of `refuse` or `slow` misbehaves, and so does a row of `flaw`."""
        for h in heard:
            with tx.because_of(h):
                _apply(tx, h)

    @hears(UnitEntered)
    def on_entered(self, tx: Tx, heard: list[Heard]) -> None:
        """Bulk: one statement for the whole batch, as a fast handler does it."""
        tx.session.execute(
            text(
                "INSERT INTO effect (message_id, unit_id, sequence) SELECT * FROM"
                " unnest(CAST(:m AS text[]), CAST(:u AS text[]), CAST(:s AS bigint[]))"
            ),
            {
                "m": [h.envelope.id for h in heard],
                "u": [h.envelope.subject for h in heard],
                "s": [h.envelope.sequence for h in heard],
            },
        )

    @accepts(Double)
    def double(self, tx: Tx, command: Double) -> dict[str, int]:
        """The answer, and a trace of the act."""
        if command.fail:
            raise RuntimeError(command.fail)
        if command.number % 2:
            raise Refused("odd", f"{command.number} 是奇数，不能办理。", clause="NB23:一")
        tx.session.execute(
            text("INSERT INTO effect (message_id, unit_id) VALUES (:m, :u)"),
            {"m": tx.correlation_id, "u": str(command.number)},
        )
        return {"doubled": command.number * 2}


def _apply(tx: Tx, heard: Heard) -> None:
    event = heard.event
    assert isinstance(event, UnitClosed)
    if event.reason == "refuse":
        raise Refused("not_known", f"单位 {event.unit_id} 不在册。", clause="NB23:一")
    if event.reason == "slow":
        tx.session.execute(text("SELECT pg_sleep(0.3)"))
    left = tx.session.execute(
        text("SELECT failures FROM flaw WHERE unit_id = :u"), {"u": event.unit_id}
    ).scalar()
    done = tx.session.execute(
        text("SELECT coalesce(sum(attempts), 0) FROM parked_message WHERE message_id = :m"),
        {"m": heard.envelope.id},
    ).scalar_one()
    if left == -1:
        raise Refused("not_yet", f"单位 {event.unit_id} 还不能办理。")
    if left is not None and done < left:
        raise RuntimeError(f"{event.unit_id} fails")
    tx.session.execute(
        text("INSERT INTO effect (message_id, unit_id, sequence) VALUES (:m, :u, :s)"),
        {"m": heard.envelope.id, "u": event.unit_id, "s": heard.envelope.sequence},
    )


def main() -> None:
    """Run it exactly as the real services are run."""
    configure("incentives", "INFO")
    process._run_nameko("incentives", Probe)
