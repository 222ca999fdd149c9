"""The library in which all honours stand, and when a title comes round again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.domain import library as rules
from services.registry.handlers.acts import need, need_text, pack_for
from services.registry.handlers.views import title_view
from services.registry.store import library as store
from services.registry.store import titles, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_library import (
    LibraryCount,
    LibraryPage,
    ListLibrary,
    ListTitleRounds,
    SetTitleRound,
    TitleRound,
)
from shared.contracts.scalars import kind_text
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.runtime import organisations


def list_library(tx: Tx, command: ListLibrary) -> LibraryPage:
    """A page of the library and its counts by level and kind."""
    pack = pack_for(tx, tx.actor.node or units.load_unit(tx, unit_id=tx.actor.unit_id)["division"])
    levels, kinds = rules.library_levels(pack), list(rules.honours(pack))
    rows, after = store.list_library(tx, command, list(levels), kinds)
    past = titles.history_of(tx, [row["title_id"] for row in rows], as_of=date.max, known_at=tx.now)
    counts = _counts(store.count_library(tx, list(levels), kinds), levels)
    held = pack.lists.get(rules.LIST)
    return LibraryPage(
        says=held.says if held else "",
        clause=held.clause if held else "",
        levels=levels,
        titles={key: title.name for key, title in rules.honours(pack).items()},
        counts=counts,
        total=sum(count.titles for count in counts),
        items=tuple(title_view(r, past, as_of=tx.today, known_at=tx.now) for r in rows),
        next_after=after,
    )


def list_title_rounds(tx: Tx, _command: ListTitleRounds) -> dict[str, Any]:
    """Titles that come round every few years in the actor's region."""
    pack = pack_for(tx, tx.actor.node)
    return {"rounds": _rounds(tx, pack)}


def set_title_round(tx: Tx, command: SetTitleRound) -> TitleRound:
    """Enter the next round's year; what was entered before stays on record."""
    need(tx, "clerk")
    document = need_text(command.document, "请写明依据的文件", "/document")
    pack = pack_for(tx, tx.actor.node)
    if command.title_kind not in {r.title_kind for r in _rounds(tx, pack)}:
        says = f"本办法没有定期命名的称号“{command.title_kind}”"
        raise Refused("title_kind_unknown", says, status=404)
    store.add_round(
        tx,
        {
            "node": organisations.region_of(tx.actor.node),
            "title_kind": command.title_kind,
            "year": command.year,
            "document": document,
            "learned_at": tx.now,
            "by_id": tx.actor.id,
            "by_name": tx.actor.name,
        },
    )
    return next(r for r in _rounds(tx, pack) if r.title_kind == command.title_kind)


def _rounds(tx: Tx, pack: Pack) -> list[TitleRound]:
    region = organisations.region_of(tx.actor.node)
    kinds = {key: t for key, t in pack.titles.items() if t.every_years}
    last, entered = store.last_years(tx, region, kinds), store.rounds_entered(tx, region)
    found = []
    for key, title in kinds.items():
        said = entered.get(key)
        year = said["year"] if said else None
        found.append(
            TitleRound(
                title_kind=key,
                title_text=title.name,
                level=title.level,
                every_years=title.every_years or 0,
                last_year=last.get(key),
                next_year=rules.next_year(last.get(key), title.every_years or 0, year),
                entered_year=year,
                document=said["document"] if said else "",
                clause=title.clause,
            )
        )
    return found


def _counts(rows: Sequence[Row], levels: dict[str, str]) -> tuple[LibraryCount, ...]:
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        years = sums.setdefault((row["level"], row["unit_kind"]), {})
        years[str(row["round_year"])] = int(row["titles"])
    return tuple(
        LibraryCount(
            level=level,
            level_text=levels[level],
            kind=kind,
            kind_text=kind_text(kind),
            titles=sum(years.values()),
            by_year=dict(sorted(years.items())),
        )
        for level in levels
        for (held, kind), years in sorted(sums.items())
        if held == level
    )
