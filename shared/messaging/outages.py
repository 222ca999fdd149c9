"""Which errors mean "the database is away", which "somebody else was faster", which neither."""

from __future__ import annotations

from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

BROKER_ERRORS: tuple[type[Exception], ...] = (OSError, AMQPError, KombuError)
CONTENTION_TURNS = 3

_AWAY_CLASSES = ("08", "53", "57P", "58", "XX")
_CONTENTION = ("40001", "40P01", "55P03")


class Away(Exception):  # noqa: N818  a state of the world, not a fault of the message
    """The database cannot be used now; hold what you have and try again."""


def sqlstate(error: BaseException) -> str:
    """The five-letter SQLSTATE, or "" when the server never answered."""
    return str(getattr(getattr(error, "orig", None), "pgcode", None) or "")


def is_away(error: BaseException) -> bool:
    """Connection lost or refused, server starting or stopping, out of disk or connections."""
    if isinstance(error, Away | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = sqlstate(error)
    if state:
        return state.startswith(_AWAY_CLASSES)
    return type(error).__name__ in ("OperationalError", "InterfaceError")


def is_contention(error: BaseException) -> bool:
    """Deadlock, serialization failure, lock time-out, or a unique row somebody else just wrote."""
    return isinstance(error, IntegrityError) or sqlstate(error) in _CONTENTION
