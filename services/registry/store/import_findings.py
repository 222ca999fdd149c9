"""What a dry run found: rows staged by themselves, and those that stay packed until they enter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from services.registry.store import import_packs
from services.registry.store.tables import import_row
from shared.messaging.tx import Tx

_R = import_row.c
_BETWEEN = "\x1e"
_FINDING = (
    _R.row, _R.outcome, _R.name_text, _R.code, _R.unit_id, _R.likely, _R.says, _R.changes,
)  # fmt: skip


def list_rows(
    tx: Tx,
    import_id: str,
    *,
    outcomes: Sequence[str],
    after_row: int,
    limit: int,
    likely: bool = False,
) -> Sequence[Mapping[Any, Any]]:
    """Findings in the file's order; `likely`: of rows that look like a unit there is."""
    query = select(*_FINDING).where(_R.import_id == import_id, _R.row > after_row)
    if outcomes:
        query = query.where(_R.outcome.in_(outcomes))
    if likely:
        query = query.where(_R.likely)
    own = tx.session.execute(query.order_by(_R.row).limit(limit)).mappings().all()
    if likely or (outcomes and "new" not in outcomes):
        return own
    kept = import_packs.list_rows(tx, import_id, after_row=after_row, limit=limit)
    found: list[Mapping[Any, Any]] = [*own, *kept]
    return sorted(found, key=lambda finding: int(finding["row"]))[:limit]


def count_rows(tx: Tx, import_id: str) -> dict[str, int]:
    """How many rows of each outcome."""
    query = select(_R.outcome, func.count()).where(_R.import_id == import_id).group_by(_R.outcome)
    found = {outcome: int(count) for outcome, count in tx.session.execute(query)}
    return found | {"new": found.get("new", 0) + import_packs.count_rows(tx, import_id)}


def count_likely(tx: Tx, import_id: str) -> int:
    """How many rows look like a unit there is."""
    query = select(func.count()).where(_R.import_id == import_id, _R.likely)
    return int(tx.session.execute(query).scalar_one())


def repeated_rows(tx: Tx, import_id: str) -> dict[int, int]:
    """Rows whose code an earlier row of the import carries, with the first that does.

    Rows that are wrong do not count: nothing of them enters. Codes are compared here: to group a
    hundred thousand takes the database four times as long as to hand them over.
    """
    own = _R.import_id == import_id, _R.code != "", _R.outcome != "error"
    said = tx.session.execute(select(func.string_agg(_R.code, _BETWEEN)).where(*own)).scalar() or ""
    codes = [code for code in said.split(_BETWEEN) if code]
    for packed in import_packs.list_codes(tx, import_id):
        codes += packed
    if len(set(codes)) == len(codes):
        return {}
    twice = {code for code, times in Counter(codes).items() if times > 1}
    rows = defaultdict[str, list[int]](list)
    alike = select(_R.code, _R.row).where(*own, _R.code == func.any(list(twice)))
    for code, row in (*tx.session.execute(alike), *import_packs.rows_with(tx, import_id, twice)):
        rows[code].append(row)
    return {row: min(found) for found in rows.values() for row in found if row != min(found)}
