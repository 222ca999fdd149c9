"""An entry on its way into the register: the pack's kinds and rules, then columns and keys."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.registry.domain import doubles
from services.registry.domain.entry import (
    KindRules,
    checked,
    code_fault,
    is_own_number,
    own_number,
    own_series,
    rules_of,
    tidy_code,
)
from services.registry.domain.search import keys_of
from services.registry.domain.size import Figures, size_of
from services.registry.handlers.acts import fact, judge
from services.registry.store import reference, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import UnitEntry
from shared.messaging.tx import Tx
from shared.policy.pack import Pack, UnitKind


def admitted(
    tx: Tx, pack: Pack, entry: UnitEntry, *, held: Row | None = None
) -> tuple[UnitEntry, KindRules]:
    """The entry tidied, with the rules of its kind; 422 when it may not stand (NB23 二(一))."""
    kind = pack.kinds.get(entry.kind)
    rules = rules_of(kind, pack.lists) if kind else None
    if rules is not None:
        need_open(tx, pack, rules.kind)
        entry = _tidied(tx, entry, rules, held)
    is_site = kind is not None and kind.identifier == "project_number"
    judge(
        tx,
        pack,
        "unit.register",
        [
            fact(tx, "unit.kind", entry.kind),
            fact(tx, "unit.code_valid", value=True if kind else None),
            fact(tx, "unit.has_project_number", is_site if kind else None),
        ],
        kind=entry.kind if kind else "",
    )
    if rules is None:
        raise _unknown_kind(pack, entry.kind)
    return entry, rules


def need_open(tx: Tx, pack: Pack, kind: UnitKind) -> None:
    """422 while the switch of a kind that is only explored is off."""
    if is_open(tx, pack, kind):
        return
    says = (
        f"“{kind.name}”只作探索，本地没有打开登记开关，不能登记：确需试点的，请系统管理员先打开"
        f"“{pack.settings[kind.switch].says}”"
    )
    raise Refused(
        "kind_switched_off",
        says,
        clause=kind.clause,
        status=422,
        errors=[{"pointer": "/entry/kind", "says": "本地没有打开这类单位的登记"}],
    )


def is_open(tx: Tx, pack: Pack, kind: UnitKind) -> bool:
    """Whether a unit of the kind may be registered today."""
    if not kind.switch:
        return True
    try:
        return pack.setting(kind.switch, tx.today).value is True
    except KeyError:
        return False


def division_fault(tx: Tx, code: str) -> str:
    """Why a division cannot be entered today, or ""."""
    found = reference.division_of(code)
    if found is None:
        return f"行政区划代码“{code}”不在区划表内：请核对"
    if not found.is_valid(tx.today):
        successor = reference.division_text(found.successor)
        return f"{found.name}（{found.code}）已于 {found.valid_to} 撤销：请改填{successor}"
    return ""


def columns_of(tx: Tx, entry: UnitEntry, kind: UnitKind, *, held_code: str = "") -> dict[str, Any]:
    """An entry as columns: tidy code, search keys, size class; `keyed` adds what likeness needs."""
    return plain_columns(tx, entry, kind, held_code=held_code) | searched(entry.name_text)


def searched(name_text: str) -> dict[str, Any]:
    """The columns by which a name is found and sorted."""
    keys = keys_of(name_text)
    return {"name_key": keys.name_key, "sort_key": keys.sort_key, "grams": list(keys.grams)}


def plain_columns(
    tx: Tx, entry: UnitEntry, kind: UnitKind, *, held_code: str = ""
) -> dict[str, Any]:
    """The columns without those a name is searched by."""
    code = tidy_code(kind.identifier, entry.code) or held_code
    if not code:
        sequence = units.next_number(tx, own_series(entry.division, kind.id))
        code = own_number(entry.division, kind.id, sequence)
    return {
        **entry.__dict__,
        "name_text": entry.name_text.strip(),
        "code": code,
        "leader_code": tidy_code("credit_code", entry.leader_code),
        "size": entry.size or size_class(entry.__dict__, kind),
    }


def keyed(values: dict[str, Any]) -> dict[str, Any]:
    """The columns with the keys under which likely doubles are looked for."""
    return values | {"like_keys": list(likeness_of({"unit_id": "", **values}).keys)}


def likeness_of(values: Mapping[Any, Any]) -> doubles.Entry:
    """What a likeness of this unit, or unit to be, is judged by."""
    return doubles.entry_of(values, reference.places_of(values["division"]))


def size_class(values: Mapping[str, Any], kind: UnitKind) -> str:
    """The size of an enterprise by its figures; "" for other kinds and unknown figures."""
    if kind.identifier != "credit_code":
        return ""
    return size_by(values.get("industry", ""), *map(values.get, ("headcount", "revenue", "assets")))


def size_by(
    industry: str, headcount: int | None, revenue: Decimal | None, assets: Decimal | None
) -> str:
    """The size class of an enterprise by its figures, "" where they do not tell."""
    if headcount is None:
        return ""
    return size_of(reference.size_line(industry), Figures(Decimal(headcount), revenue, assets))


def _tidied(tx: Tx, entry: UnitEntry, rules: KindRules, held: Row | None) -> UnitEntry:
    """422 with one row for each field that cannot stand."""
    entry, wrong = checked(entry, rules, held["details"] if held else None)
    faults = [(f.field, f.says) for f in wrong]
    if held is None or tidy_code(rules.kind.identifier, entry.code) != held["code"]:
        faults = _code_faults(entry, rules) + faults
    if says := division_fault(tx, entry.division):
        faults.append(("division", says))
    if faults:
        raise Refused(
            "entry_invalid",
            "；".join(says for _field, says in faults),
            clause=rules.kind.clause,
            status=422,
            errors=[{"pointer": f"/entry/{field}", "says": says} for field, says in faults],
        )
    return entry


def _code_faults(entry: UnitEntry, rules: KindRules) -> list[tuple[str, str]]:
    fault = code_fault(rules, entry.code)
    if fault is not None:
        return [("code", fault.says)]
    if rules.kind.identifier == "internal" and is_own_number(entry.code):
        return [("code", f"编号“{entry.code}”由系统给出：请把代码留空")]
    return []


def _unknown_kind(pack: Pack, kind: str) -> Refused:
    known = "、".join(k.name for k in pack.kinds.values())
    return Refused(
        "unit_kind_unknown",
        f"单位类型“{kind}”不在本办法的单位类型（{known}）内",
        clause=next((k.clause for k in pack.kinds.values()), ""),
        status=422,
        errors=[{"pointer": "/entry/kind", "says": "不是本办法的单位类型"}],
    )
