"""Records before they are kept: values looked up and checked, rules of the pack asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.registry.domain.record_contents import Times, below_zero, facts_of, references
from services.registry.domain.record_fields import Fault, Reading, read_values
from services.registry.domain.search import name_key
from services.registry.domain.standing import Standing
from services.registry.handlers.acts import fact
from services.registry.handlers.records_access import Home, options_of
from services.registry.store import plans, records, titles
from shared.contracts.refusals import Refused
from shared.contracts.registry_answers import Says
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, assess, gate, refuse_unless_met
from shared.policy.conditions import Fact, Outcome, facts_used
from shared.policy.pack import Pack, Rule
from shared.policy.programme import FieldSpec, RecordKind
from shared.runtime import organisations

_ANYWAY = "随记录留存"  # soft rules never hold a record up: the warning is kept with it


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as it would be kept."""

    home: Home
    record_id: str
    times: Times
    year: int
    values: Mapping[str, Any]
    before: Mapping[str, Any] | None = None  # what it said, when it is changed
    was: Times | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules said of a draft, and the facts they were asked with."""

    found: Determination
    facts: tuple[Fact, ...] = ()
    marks: tuple[str, ...] = ()
    warnings: tuple[Says, ...] = field(default=())


def checked_values(
    tx: Tx, pack: Pack, fields: tuple[FieldSpec, ...], given: Mapping[str, Any], *, state: str = ""
) -> Reading:
    """The values tidied, with units, offices and documents looked up."""
    plain = {name: _plain(value) for name, value in given.items()}
    reading = read_values(fields, options_of(pack, fields), plain, state=state)
    _look_up_units(tx, fields, reading)
    _look_up_nodes(tx, fields, reading)
    _look_up_documents(tx, fields, reading)
    return reading


def _plain(value: Any) -> Any:
    return value.model_dump() if hasattr(value, "model_dump") else value


def _look_up_units(tx: Tx, fields: tuple[FieldSpec, ...], reading: Reading) -> None:
    written = references(fields, reading.values, "unit", "units")
    if not written:
        return
    found = records.find_units_called(tx, written, [name_key(text) for text in written])
    known: dict[str, set[str]] = {}
    for row in found:
        for name in (row["unit_id"], row["code"], row["name_key"]):
            known.setdefault(name, set()).add(row["unit_id"])

    def meant(text: str) -> str:
        for name in (text, text.upper(), name_key(text)):
            if len(known.get(name, ())) == 1:
                return next(iter(known[name]))
        return ""

    _replace(fields, reading, ("unit", "units"), meant, "没有这个单位，或有同名单位：请填信用代码")


def _look_up_nodes(tx: Tx, fields: tuple[FieldSpec, ...], reading: Reading) -> None:
    if references(fields, reading.values, "node"):
        known = {
            code: node.name
            for code, node in organisations.all_nodes().items()
            if organisations.may_know(tx.actor.node, code)
        }
        by_name = {name: code for code, name in known.items()}

        def meant(text: str) -> str:
            return text if text in known else by_name.get(text, "")

        _replace(fields, reading, ("node",), meant, "没有这个机构节点：请从机构中选择")


def _look_up_documents(tx: Tx, fields: tuple[FieldSpec, ...], reading: Reading) -> None:
    written = references(fields, reading.values, "document")
    if written:
        known = {row["document_id"] for row in plans.list_documents(tx, written)}

        def meant(text: str) -> str:
            return text if text in known else ""

        _replace(fields, reading, ("document",), meant, "不在文件库内：请先登记文件")


def _replace(
    fields: tuple[FieldSpec, ...], reading: Reading, forms: tuple[str, ...], meant: Any, says: str
) -> None:
    for spec in fields:
        value = reading.values.get(spec.name)
        if spec.form not in forms or value is None:
            continue
        parts = value if isinstance(value, list) else [value]
        unknown = [part for part in parts if not meant(part)]
        if unknown:
            told = "、".join(unknown[:5])
            reading.faults.append(Fault(spec.name, f"“{spec.says}”填的“{told}”{says}"))
        elif isinstance(value, list):
            reading.values[spec.name] = list(dict.fromkeys(meant(part) for part in parts))
        else:
            reading.values[spec.name] = meant(value)


def refuse_faults(kind_name: str, clause: str, errors: list[tuple[str, str]]) -> None:
    """422 with one row for each field that cannot stand; nothing when all can."""
    if errors:
        raise Refused(
            "record_invalid",
            f"{kind_name}没有保存：{'；'.join(says for _, says in errors[:5])}",
            clause,
            422,
            [{"pointer": pointer, "says": says} for pointer, says in errors],
        )


def value_errors(reading: Reading, kind: RecordKind) -> list[tuple[str, str]]:
    """Everything wrong with values, by pointer."""
    faults = [*reading.faults, *below_zero(kind, reading.values)]
    return [(f"/values/{fault.name}", fault.says) for fault in faults]


def time_errors(kind: RecordKind, times: Times, today: date) -> list[tuple[str, str]]:
    """What is wrong with days and state, by pointer."""
    errors: list[tuple[str, str]] = []
    if not kind.lasts and times.on > today:
        errors.append(("/on", f"日期 {times.on} 晚于今天：{kind.name}记已经发生的事"))
    if times.ends_on is not None and not kind.lasts:
        errors.append(("/ends_on", f"{kind.name}记一天的事，不填结束日期"))
    elif times.ends_on is not None and times.ends_on < times.on:
        errors.append(("/ends_on", f"结束日期 {times.ends_on} 早于开始日期 {times.on}：请核对"))
    known = [state.id for state in kind.states]
    if times.state not in (known or [""]):
        words = "、".join(state.says for state in kind.states) or "没有状态"
        errors.append(("/state", f"没有状态“{times.state}”：{kind.name}的状态为{words}"))
    return errors


def judged(tx: Tx, draft: Draft) -> Judged:
    """Ask the pack's rules about a draft; a hard one that is not met refuses.

    What stood in the way of the record before it is changed does so no more than before: a change
    is refused for what it makes worse only.
    """
    home = draft.home
    rules = _rules(home)
    if not rules:
        return Judged(assess((), (), draft.times.on))
    facts = _facts(tx, draft, rules)
    found = assess(rules, facts, draft.times.on)
    standing = found
    if draft.before is not None and draft.was is not None:
        past = replace(draft, values=draft.before, times=draft.was, before=None, was=None)
        earlier = assess(rules, _facts(tx, past, rules), draft.was.on)
        known = {o.rule_id for o in earlier.outcomes if o.outcome is not Outcome.MET}
        left = tuple(o for o in found.outcomes if o.rule_id not in known)
        standing = Determination(found.outcome, left)
    refuse_unless_met(standing, _ANYWAY)
    warnings = tuple(
        Says(code=o.code, says=o.says, clause=o.clause)
        for o in found.outcomes
        if o.outcome is not Outcome.MET and (not o.mark or o.outcome is Outcome.NOT_MET)
    )
    return Judged(found, tuple(facts), found.marks, warnings)


def _rules(home: Home) -> tuple[Rule, ...]:
    name = f"record.{home.kind.id}"
    return gate(home.pack, name, home.unit_kind) if name in home.pack.gates else ()


def _facts(tx: Tx, draft: Draft, rules: tuple[Rule, ...]) -> list[Fact]:
    home = draft.home
    asked = {name for rule in rules for name in facts_used(rule.when)}
    others = _others(tx, draft) if f"{home.kind.id}.others" in asked else None
    found = [
        fact(tx, name, value, home.kind.name)
        for name, value in facts_of(home.kind, draft.values, draft.times, others)
        if name in asked
    ]
    found += _of_unit(tx, home, asked)
    if home.parent is not None:
        above = home.pack.records[home.kind.of]
        times = Times(home.parent["happened_on"], home.parent["ends_on"], home.parent["state"])
        found += [
            fact(tx, name, value, above.name)
            for name, value in facts_of(above, home.parent["content"], times, None)
            if name in asked
        ]
    return found


def _others(tx: Tx, draft: Draft) -> int:
    home = draft.home
    unit_id = home.unit["unit_id"] if home.unit else None
    parent_id = home.parent["record_id"] if home.parent else None
    about = {
        "record_id": draft.record_id,
        "kind": home.kind.id,
        "node": home.node,
        "unit_id": unit_id,
        "parent_id": parent_id,
    }
    records.hold_others(tx, home.kind.id, parent_id or unit_id or home.node)
    return records.count_others(tx, about)


def _of_unit(tx: Tx, home: Home, asked: set[str]) -> list[Fact]:
    unit = home.unit
    if unit is None:
        return []
    known: dict[str, Any] = {
        "unit.kind": unit["kind"],
        "unit.committed": unit["standing"] in (Standing.CREATING, Standing.RECOGNISED),
        "unit.recognised": unit["standing"] == Standing.RECOGNISED,
    }
    if "unit.has_title" in asked:
        known["unit.has_title"] = bool(titles.active_names(tx, [unit["unit_id"]]))
    return [fact(tx, name, value) for name, value in known.items() if name in asked]
