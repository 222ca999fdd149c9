"""Counting records: the kind's own fields, sums, persons and shares, in all and by group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.registry.domain.record_contents import share
from services.registry.handlers.acts import pack_for
from services.registry.handlers.records_access import load_kind, need_node, node_text, options_of
from services.registry.handlers.records_reading import conditions_of
from services.registry.handlers.records_views import YES_NO, names_for
from services.registry.store import records, records_counting, units
from services.registry.store.reference import division_text
from shared.contracts.refusals import Refused
from shared.contracts.registry_records import CountRecords, RecordFilter
from shared.contracts.registry_records_answers import (
    FieldCount,
    RecordCounts,
    ShareView,
    SumView,
    Tally,
    ValueCount,
)
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.policy.programme import FieldSpec, RecordKind

Says = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Found:
    """What the store counted, group by group."""

    totals: tuple[Mapping[str, Any], ...]
    units: Mapping[str, int]
    people: Mapping[str, tuple[int, int]]
    states: Mapping[str, Mapping[str, int]]
    fields: Mapping[str, Mapping[str, Mapping[str, int]]]


def count_records(tx: Tx, command: CountRecords) -> RecordCounts:
    """Figures of what is filtered; with `by`, the same figures for each group."""
    pack = _pack(tx, command.where)
    kind = _counted_kind(pack, command.where)
    whole = _tallies(tx, pack, kind, command.where, by="")
    groups = _tallies(tx, pack, kind, command.where, by=command.by) if command.by else ()
    return RecordCounts(
        kind=kind.id,
        kind_text=kind.name,
        whole=whole[0],
        groups=groups,
    )


def _pack(tx: Tx, where: RecordFilter) -> Pack:
    unit_id = where.unit_id or tx.actor.unit_id
    if unit_id:
        return pack_for(tx, units.load_unit(tx, unit_id=unit_id)["division"])
    return pack_for(tx, need_node(tx, where.node))


def _counted_kind(pack: Pack, where: RecordFilter) -> RecordKind:
    if not where.kind:
        says = "请选定一种记录再计数"
        raise Refused(
            "record_kind_needed", says, status=422, errors=[{"pointer": "/kind", "says": says}]
        )
    return load_kind(pack, where.kind)


def _tallies(
    tx: Tx, pack: Pack, kind: RecordKind, where: RecordFilter, *, by: str
) -> tuple[Tally, ...]:
    rows = records_counting.counted(tx, conditions_of(tx, where), by)
    forms = {spec.name: spec.form for spec in kind.fields}
    totals = [dict(row) for row in records_counting.totals(tx, rows, kind)]
    if not totals and not by:
        totals = [_nothing(kind)]
    found = Found(
        totals=tuple(totals),
        units=records_counting.units_named(tx, rows),
        people=records_counting.people_named(tx, rows, kind.distinct) if kind.distinct else {},
        states=records_counting.by_state(tx, rows) if kind.states else {},
        fields={
            name: records_counting.by_value(tx, rows, name, forms[name]) for name in kind.counts
        },
    )
    says = _group_texts(tx, by, [row["key"] for row in found.totals])
    words = _words(tx, pack, kind, found)
    tallies = [_tally(kind, row, found, says, words) for row in found.totals]
    return tuple(sorted(tallies, key=lambda tally: tally.key))


def _nothing(kind: RecordKind) -> dict[str, Any]:
    """The figures of no record at all."""
    sides = [f"{side}_{ratio.id}" for ratio in kind.ratios for side in ("part", "whole")]
    numbers = ["records", "open", "parents", *(f"sum_{name}" for name in kind.sums)]
    return {"key": "", **dict.fromkeys(numbers, 0), **dict.fromkeys(sides)}


def _group_texts(tx: Tx, by: str, keys: list[str]) -> Mapping[str, str]:
    if by == "unit":
        return records.unit_names(tx, keys)
    if by == "parent":
        return records.titles_of(tx, keys)
    texts: dict[str, Says] = {"node": node_text, "district": division_text}
    return {key: texts.get(by, str)(key) for key in keys}


def _words(tx: Tx, pack: Pack, kind: RecordKind, found: Found) -> Mapping[str, Says]:
    """For each counted field, what its values are called."""
    options = options_of(pack, kind.fields)
    specs = {spec.name: spec for spec in kind.fields}
    return {
        name: _field_words(
            tx,
            specs[name],
            {item.id: item.says for item in options.get(name, ())},
            {value for held in found.fields[name].values() for value in held},
        )
        for name in kind.counts
    }


def _field_words(tx: Tx, spec: FieldSpec, chosen: Mapping[str, str], values: set[str]) -> Says:
    if spec.form == "flag":
        return lambda value: YES_NO.get(value, value)
    if spec.form == "node":
        return node_text
    if spec.form in ("unit", "units", "document"):
        names = names_for(tx, [((spec,), {spec.name: sorted(values)})])
        known = {**names.units, **names.documents}
        return lambda value: known.get(value, value)
    return lambda value: chosen.get(value, value)


def _tally(
    kind: RecordKind,
    row: Mapping[str, Any],
    found: Found,
    says: Mapping[str, str],
    words: Mapping[str, Says],
) -> Tally:
    key, total = row["key"], int(row["records"])
    persons, times = found.people.get(key, (0, 0)) if kind.distinct else (None, None)
    fields = {spec.name: spec.says for spec in kind.fields}
    states = {state.id: state.says for state in kind.states}
    return Tally(
        key=key,
        says=says.get(key, key),
        records=total,
        open=int(row["open"]),
        units=found.units.get(key, 0),
        parents=int(row["parents"]),
        persons=persons,
        person_times=times,
        fields=tuple(
            FieldCount(
                name=name,
                says=fields[name],
                values=_values(found.fields[name].get(key, {}), words[name], total),
            )
            for name in kind.counts
        ),
        states=_values(found.states.get(key, {}), lambda state: states.get(state, state), total),
        sums=tuple(
            SumView(name=name, says=fields[name], total=Decimal(str(row[f"sum_{name}"])))
            for name in kind.sums
        ),
        ratios=tuple(_share(ratio.id, ratio.says, row) for ratio in kind.ratios),
    )


def _share(ratio_id: str, says: str, row: Mapping[str, Any]) -> ShareView:
    percent = share(row[f"part_{ratio_id}"], row[f"whole_{ratio_id}"])
    return ShareView(id=ratio_id, says=says, percent=percent)


def _values(counts: Mapping[str, int], says: Says, total: int) -> tuple[ValueCount, ...]:
    return tuple(
        ValueCount(
            value=value,
            says=says(value),
            records=number,
            percent=share(number, total) or Decimal("0.0"),
        )
        for value, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )
