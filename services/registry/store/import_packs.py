"""Chunks of an import: what of each is plainly new stays packed until it enters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, text, update

from services.registry.domain.import_packs import NewRow, unpacked
from services.registry.store.imports import add_new
from services.registry.store.tables_imports import import_pack
from services.registry.store.units import Row
from shared.messaging.tx import Tx

_P = import_pack.c
_BETWEEN = ","  # no credit code has one
_ADD = text(
    "INSERT INTO import_pack (import_id, first_row, last_row, rows, codes, entries)"
    " VALUES (:import_id, :first_row, :last_row, CAST(string_to_array(:rows, ',') AS integer[]),"
    " :codes, :entries)"
)


def has_rows(tx: Tx, import_id: str, first: int, count: int) -> bool:
    """Whether any of so many rows from a number on is staged already."""
    query = select(_P.first_row).where(
        _P.import_id == import_id, _P.first_row < first + count, _P.last_row >= first
    )
    return tx.session.execute(query.limit(1)).first() is not None


def add_pack(
    tx: Tx, import_id: str, first: int, count: int, kept: Mapping[int, str], entries: str
) -> None:
    """Keep a chunk of so many rows; `kept`: the codes of those to unpack from `entries` one day."""
    values = {
        "import_id": import_id,
        "first_row": first,
        "last_row": first + count - 1,
        "rows": ",".join(map(str, sorted(kept))),
        "codes": _BETWEEN.join(kept[row] for row in sorted(kept)),
        "entries": entries,
    }
    tx.session.execute(_ADD, values)


def count_rows(tx: Tx, import_id: str) -> int:
    """How many rows are packed."""
    query = select(func.coalesce(func.sum(func.cardinality(_P.rows)), 0))
    return int(tx.session.execute(query.where(_P.import_id == import_id)).scalar_one())


def list_rows(tx: Tx, import_id: str, *, after_row: int, limit: int) -> list[dict[str, Any]]:
    """The first packed rows after a number, as `import_findings` tells of others."""
    found: list[dict[str, Any]] = []
    while len(found) < limit and (pack := _next(tx, import_id, after_row)) is not None:
        wanted = [row for row in pack["rows"] if row > after_row][: limit - len(found)]
        found += sorted(map(_told, unpacked(pack["entries"], set(wanted))), key=itemgetter("row"))
        after_row = pack["last_row"]
    return found


def list_codes(tx: Tx, import_id: str) -> Iterator[list[str]]:
    """The codes of the packed rows, pack by pack."""
    found = tx.session.execute(select(_P.codes).where(_P.import_id == import_id))
    return (codes.split(_BETWEEN) for codes in found.scalars() if codes)


def rows_with(tx: Tx, import_id: str, codes: Collection[str]) -> Iterator[tuple[str, int]]:
    """The packed rows that carry one of some codes, each behind its code."""
    found = tx.session.execute(select(_P.codes, _P.rows).where(_P.import_id == import_id))
    for listed, rows in found:
        yield from (
            pair for pair in zip(listed.split(_BETWEEN), rows, strict=False) if pair[0] in codes
        )


def take_out(tx: Tx, import_id: str, rows: Collection[int]) -> None:
    """Stage some of the packed rows by themselves, so that something can be said of them."""
    packs = select(import_pack).where(_P.import_id == import_id, _P.rows.overlap(list(rows)))
    for pack in tx.session.execute(packs).mappings().all() if rows else ():
        gone = set(pack["rows"]) & set(rows)
        add_new(tx, import_id, list(unpacked(pack["entries"], gone)))
        codes = pack["codes"].split(_BETWEEN)
        stays = [pair for pair in zip(pack["rows"], codes, strict=True) if pair[0] not in gone]
        left = {"rows": [row for row, _ in stays], "codes": _BETWEEN.join(c for _, c in stays)}
        which = _P.import_id == import_id, _P.first_row == pack["first_row"]
        tx.session.execute(update(import_pack).where(*which).values(**left))


def unpack(tx: Tx, import_id: str, up_to: int) -> bool:
    """Stage the rows of the first pack by themselves if it begins before a number; whether it did."""
    pack = _next(tx, import_id, 0)
    if pack is None or pack["first_row"] > up_to:
        return False
    add_new(tx, import_id, list(unpacked(pack["entries"], set(pack["rows"]))))
    which = _P.import_id == import_id, _P.first_row == pack["first_row"]
    tx.session.execute(import_pack.delete().where(*which))
    return True


def _next(tx: Tx, import_id: str, after_row: int) -> Row | None:
    query = select(import_pack).where(_P.import_id == import_id, _P.last_row > after_row)
    return tx.session.execute(query.order_by(_P.first_row).limit(1)).mappings().one_or_none()


def _told(row: NewRow) -> dict[str, Any]:
    said = {"outcome": "new", "unit_id": "", "likely": False, "says": (), "changes": {}}
    return said | {"row": row.row, "name_text": row.name_text, "code": row.code}
