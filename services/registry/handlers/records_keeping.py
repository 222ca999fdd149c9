"""Keeping a record: the draft with all its faults, its legal chain, its history and its story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.domain.record_contents import Times, people_of, title_of, units_in
from services.registry.handlers.acts import Note, notes
from services.registry.handlers.records_access import Home, options_of, side_of
from services.registry.handlers.records_judging import (
    Draft,
    Judged,
    checked_values,
    judged,
    refuse_faults,
    time_errors,
    value_errors,
)
from services.registry.handlers.records_views import field_texts, names_for
from services.registry.store import records
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.policy.assess import RuleOutcome
from shared.runtime import decisions

_WORDS = {
    "written": "",
    "amended": "（更正）",
    "moved": "（进展）",
    "ended": "（结束）",
    "voided": "（作废）",
}


def draft_of(
    tx: Tx,
    home: Home,
    times: Times,
    given: Mapping[str, Any],
    *,
    row: Row | None = None,
    year: int = 0,
) -> Draft:
    """The record as it would be kept; 422 with a row for each field that cannot stand."""
    kind = home.kind
    reading = checked_values(tx, home.pack, kind.fields, given, state=times.state)
    errors = [*value_errors(reading, kind), *time_errors(kind, times, tx.today)]
    refuse_faults(kind.name, kind.clause, errors)
    reopened = row is not None and row["closed"] and times.state not in kind.ended
    earlier = row if not reopened else None
    return Draft(
        home=home,
        record_id=row["record_id"] if row is not None else tx.new_id("record"),
        times=times,
        year=year or _year(row, times),
        values=reading.values,
        before=earlier["content"] if earlier is not None else None,
        was=times_of(earlier) if earlier is not None else None,
    )


def keep_new(tx: Tx, draft: Draft, *, external_id: str = "") -> Row:
    """A draft that the rules let stand, written for the first time."""
    home = draft.home
    found = judged(tx, draft)
    decision = decision_of(tx, draft, found)
    row = records.add_record(
        tx,
        content_of(tx, draft, found, decision)
        | {
            "record_id": draft.record_id,
            "kind": home.kind.id,
            "node": home.node,
            "place": home.place,
            "unit_id": home.unit["unit_id"] if home.unit else None,
            "parent_id": home.parent["record_id"] if home.parent else None,
            "side": side_of(tx.actor),
            "body": tx.actor.body,
            "external_id": external_id,
            "written_at": tx.now,
            "written_by": tx.actor.id,
            "written_by_name": tx.actor.name,
        },
    )
    if row is None:
        raise Refused("record_exists", f"编号“{external_id}”刚刚已有记录：请重试")
    decisions.record_all(tx, [decision] if decision else [])
    remember(tx, row, home, "written", found)
    return row


def _year(row: Row | None, times: Times) -> int:
    """The year it counts for: that of its day, unless another was said."""
    other = row is not None and row["year"] != row["happened_on"].year
    return int(row["year"]) if row is not None and other else times.on.year


def times_of(row: Row) -> Times:
    """When a record began and ended, and its state."""
    return Times(row["happened_on"], row["ends_on"], row["state"])


def content_of(
    tx: Tx, draft: Draft, found: Judged, decision: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The columns that say what a record says."""
    kind, pack = draft.home.kind, draft.home.pack
    names = names_for(tx, [(kind.fields, draft.values)])
    texts = field_texts(kind.fields, options_of(pack, kind.fields), draft.values, names)
    return {
        "year": draft.year,
        "happened_on": draft.times.on,
        "ends_on": draft.times.ends_on,
        "state": draft.times.state,
        "closed": draft.times.state in kind.ended,
        "title": title_of(kind, draft.values, {text.name: text.text for text in texts}),
        "content": dict(draft.values),
        "marks": list(found.marks),
        "warnings": [warning.model_dump() for warning in found.warnings],
        "fingerprint": pack.fingerprint,
        "decision_id": decision["id"] if decision else "",
    }


def decision_of(tx: Tx, draft: Draft, found: Judged) -> dict[str, Any] | None:
    """The legal chain of a save that rules were asked about."""
    home = draft.home
    if not found.found.outcomes:
        return None
    return decisions.drafted(
        tx,
        kind="record.save",
        subject=draft.record_id,
        outcome="kept_with_warning" if found.warnings else "kept",
        says=f"记录{home.kind.name}",
        pack=home.pack,
        facts=found.facts,
        rules=found.found.outcomes,
        clauses=[home.kind.clause],
    )


def remember(
    tx: Tx, row: Row, home: Home, what: str, found: Judged | None = None, *, reason: str = ""
) -> None:
    """The revision, the people and units named, and a line in the story of every unit named."""
    kind, record_id = home.kind, row["record_id"]
    rules = found.found.outcomes if found is not None else ()
    records.add_history(
        tx,
        {
            **{n: row[n] for n in ("record_id", "revision", "happened_on", "ends_on", "state")},
            "what": what,
            "content": row["content"],
            "rules": [_rule(outcome) for outcome in rules],
            "reason": reason,
            "decision_id": row["decision_id"] if rules else "",
            "learned_at": tx.now,
            "by_id": tx.actor.id,
            "by_name": tx.actor.name,
        },
    )
    about = [("", row["unit_id"])] if row["unit_id"] else []
    named = list(dict.fromkeys([*about, *units_in(kind.fields, row["content"])]))
    if what != "voided":
        records.replace_people(tx, record_id, people_of(kind.fields, row["content"], row["node"]))
        records.replace_units(tx, record_id, named)
    said = Note(
        f"record.{what}",
        f"{kind.name}{_WORDS[what]}：{row['title']}",
        row["happened_on"],
        clause=kind.clause,
        decision_id=row["decision_id"] if rules else "",
        node=row["node"],
    )
    data: dict[str, object] = {"record_id": record_id, "kind": row["kind"]}
    about_units = list(dict.fromkeys(unit_id for _field, unit_id in named)) or [""]
    notes(tx, [(unit_id, said, data) for unit_id in about_units])


def _rule(outcome: RuleOutcome) -> dict[str, Any]:
    names = ("rule_id", "outcome", "reason", "says", "clause", "hard", "code", "mark")
    return {name: getattr(outcome, name) for name in names}
