"""Rows ↔ frozen dataclasses, field by column; scopes as SQL."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, false, insert, true, update

from services.evaluation.domain.standing import Scope
from services.evaluation.store.copies_tables import known_unit
from shared.messaging.tx import Tx

T = TypeVar("T")


def read(values: Mapping[Any, Any], cls: type[T]) -> T:
    """A record from a row that has at least its columns."""
    shape: Any = cls
    enums = _enums(shape)
    fields = {
        name: enums[name](values[name]) if name in enums else values[name] for name in _names(shape)
    }
    return cls(**fields)


def columns(table: Table, cls: Any) -> list[ColumnElement[Any]]:
    """The table's columns that a record has."""
    return [table.c[name] for name in _names(cls)]


def find(tx: Tx, query: Select[Any], cls: type[T]) -> T | None:
    """The one record a query finds, or None."""
    row = tx.session.execute(query).mappings().one_or_none()
    return None if row is None else read(row, cls)


def find_all(tx: Tx, query: Select[Any], cls: type[T]) -> Sequence[T]:
    """Every record a query finds."""
    return [read(row, cls) for row in tx.session.execute(query).mappings()]


def add(tx: Tx, table: Table, record: Any) -> None:
    """Insert a record."""
    shape: Any = type(record)
    values = {name: getattr(record, name) for name in _names(shape)}
    tx.session.execute(insert(table).values(**values))


def change(tx: Tx, table: Table, key: ColumnElement[bool], **values: Any) -> None:
    """Change columns of the rows a key names; a `revision` column counts up."""
    if "revision" in table.c:
        values["revision"] = table.c.revision + 1
    tx.session.execute(update(table).where(key).values(**values))


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """The scope as a condition on known_unit; an empty scope sees nothing."""
    if scope.unit_id:
        return known_unit.c.unit_id == scope.unit_id
    if scope.everything:
        return true()
    if not scope.prefix:
        return false()
    return known_unit.c.division.startswith(scope.prefix, autoescape=True)


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


@cache
def _enums(cls: Any) -> dict[str, type[StrEnum]]:
    hints = typing.get_type_hints(cls)
    return {
        name: hint
        for name, hint in hints.items()
        if inspect.isclass(hint) and issubclass(hint, StrEnum)
    }
