"""Entering, amending, closing and finding units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.registry.domain.credit_code import inner_is_right
from services.registry.domain.entry import code_fault, faults_of, tidy_code
from services.registry.domain.search import keys_of
from services.registry.domain.size import Figures, size_of
from services.registry.domain.standing import Standing, move
from services.registry.handlers.acts import (
    Note,
    fact,
    judge,
    need,
    need_area,
    need_text,
    note,
    pack_for,
)
from services.registry.handlers.views import entered, unit_view, unit_views
from services.registry.store import reference, titles, units
from shared.contracts.refusals import Refused
from shared.contracts.registry import (
    AmendUnit,
    CloseUnit,
    CountUnits,
    ExportUnits,
    FindUnits,
    GetUnit,
    RegisterUnit,
    UnitClosed,
    UnitEntry,
)
from shared.contracts.registry_answers import Says, UnitCounts, UnitPage, UnitView
from shared.messaging.tx import Tx
from shared.policy.pack import Pack, UnitKind

_CLAUSE = "NB23:二(一).1"


def register_unit(tx: Tx, command: RegisterUnit) -> UnitView:
    """Enter one unit; the pack's kinds and rules decide, the code is the hard key."""
    need(tx, "clerk")
    entry = command.entry
    need_area(tx, entry.division)
    pack = pack_for(tx, entry.division)
    kind = kind_of(tx, pack, entry)
    values = entry_values(tx, entry, kind)
    if values["code"] in units.find_by_codes(tx, [str(values["code"])]):
        raise _taken(str(values["code"]))
    unit_id = tx.new_id("unit")
    leader = units.find_by_codes(tx, [entry.leader_code]).get(entry.leader_code)
    is_new = units.add_unit(
        tx,
        {
            **values,
            "unit_id": unit_id,
            "leader_unit_id": leader["unit_id"] if leader else "",
            "standing": Standing.REGISTERED,
            "standing_on": tx.today,
            "revision": 1,
            "entered_at": tx.now,
            "entered_by": tx.actor.id,
        },
    )
    if not is_new:
        raise _taken(str(values["code"]))
    row = units.load_unit(tx, unit_id=unit_id)
    tx.emit(entered(row))
    note(tx, unit_id, Note("unit.entered", f"登记为{kind.name}", tx.today, clause=kind.clause))
    return unit_view(row, warnings=_warnings(row, kind))


def amend_unit(tx: Tx, command: AmendUnit) -> UnitView:
    """Replace an entry the officer has seen; an entry changed meanwhile is refused."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明修改理由", "/reason")
    row = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    if row["revision"] != command.revision:
        raise Refused(
            "revision_changed",
            f"该单位已被修改到第 {row['revision']} 版，您看到的是第 {command.revision} 版："
            "请刷新后重新填写",
        )
    entry = command.entry
    if entry.kind != row["kind"]:
        raise Refused("kind_fixed", "单位类型登记后不能更改：请注销后按新类型登记", status=422)
    if row["standing"] == Standing.CLOSED:
        raise Refused("unit_closed", "该单位已注销，不能修改")
    need_area(tx, entry.division)
    pack = pack_for(tx, entry.division)
    kind = kind_of(tx, pack, entry)
    values = entry_values(tx, entry, kind, held_code=row["code"])
    other = units.find_by_codes(tx, [str(values["code"])]).get(str(values["code"]))
    if other is not None and other["unit_id"] != command.unit_id:
        raise _taken(str(values["code"]))
    changed = units.amend_unit(
        tx, command.unit_id, {**values, "amended_at": tx.now, "amended_by": tx.actor.id}
    )
    tx.emit(entered(changed))
    note(tx, command.unit_id, Note("unit.amended", f"修改登记：{reason}", tx.today))
    return _one(tx, changed)


def close_unit(tx: Tx, command: CloseUnit) -> UnitView:
    """End an entry (a site is finished, an enterprise closed); honours stay in history (A-44)."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明注销理由", "/reason")
    row = units.load_unit(tx, unit_id=command.unit_id, lock=True)
    if command.closed_on > tx.today:
        raise Refused("day_ahead", "注销日期不能晚于今天", status=422)
    changed = units.amend_unit(
        tx,
        command.unit_id,
        {
            "standing": move(row["standing"], Standing.CLOSED),
            "standing_on": command.closed_on,
            "closed_on": command.closed_on,
            "amended_at": tx.now,
            "amended_by": tx.actor.id,
        },
    )
    tx.emit(UnitClosed(unit_id=command.unit_id, closed_on=command.closed_on, reason=reason))
    note(tx, command.unit_id, Note("unit.closed", f"注销：{reason}", command.closed_on))
    return _one(tx, changed)


def get_unit(tx: Tx, command: GetUnit) -> UnitView:
    """One unit of the actor's area."""
    return _one(tx, units.load_unit(tx, unit_id=command.unit_id, code=command.code.strip()))


def find_units(tx: Tx, command: FindUnits) -> UnitPage:
    """A page of units."""
    rows, after = units.list_units(
        tx, command.where, sort=command.sort, after=command.after, limit=command.limit
    )
    return UnitPage(items=unit_views(tx, rows), next_after=after)


def export_units(tx: Tx, command: ExportUnits) -> UnitPage:
    """A large page of exactly what is filtered."""
    rows, after = units.list_units(
        tx, command.where, sort="name", after=command.after, limit=command.limit
    )
    return UnitPage(items=unit_views(tx, rows), next_after=after)


def count_units(tx: Tx, command: CountUnits) -> UnitCounts:
    """How many, by kind, standing and district."""
    sums: dict[str, dict[str, int]] = {"kind": {}, "standing": {}, "district": {}}
    total = 0
    for row in units.count_units(tx, command.where):
        total += int(row["units"])
        for name, found in sums.items():
            found[row[name]] = found.get(row[name], 0) + int(row["units"])
    return UnitCounts(
        total=total,
        by_kind=sums["kind"],
        by_standing=sums["standing"],
        by_division=sums["district"],
    )


def kind_of(tx: Tx, pack: Pack, entry: UnitEntry) -> UnitKind:
    """The pack's kind of an entry that may stand; 422 when it may not (NB23 二(一))."""
    kind = pack.kinds.get(entry.kind)
    if kind is not None:
        refuse_faults(tx, entry, kind)
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
    if kind is None:
        known = "、".join(k.name for k in pack.kinds.values())
        raise Refused(
            "unit_kind_unknown",
            f"单位类型“{entry.kind}”不在本办法的单位类型（{known}）内",
            clause=_CLAUSE,
            status=422,
            errors=[{"pointer": "/entry/kind", "says": "不是本办法的单位类型"}],
        )
    return kind


def refuse_faults(tx: Tx, entry: UnitEntry, kind: UnitKind) -> None:
    """422 with one row for each field that cannot stand."""
    faults = [(f.field, f.says) for f in faults_of(entry, kind)]
    if fault := code_fault(kind.identifier, entry.code):
        faults.insert(0, ("code", fault.says))
    if says := division_fault(tx, entry.division):
        faults.append(("division", says))
    if faults:
        raise Refused(
            "entry_invalid",
            "；".join(says for _field, says in faults),
            status=422,
            errors=[{"pointer": f"/entry/{field}", "says": says} for field, says in faults],
        )


def division_fault(tx: Tx, code: str) -> str:
    """Why a division cannot be entered today, or ""."""
    found = reference.division_of(code)
    if found is None:
        return f"行政区划代码“{code}”不在区划表内：请核对"
    if not found.is_valid(tx.today):
        successor = reference.division_text(found.successor)
        return f"{found.name}（{found.code}）已于 {found.valid_to} 撤销：请改填{successor}"
    return ""


def entry_values(
    tx: Tx, entry: UnitEntry, kind: UnitKind, *, held_code: str = ""
) -> dict[str, Any]:
    """An entry as columns: tidy code, search keys, size class."""
    keys = keys_of(entry.name_text)
    code = tidy_code(kind.identifier, entry.code) or held_code
    if not code:
        series = f"{entry.division[:6]}-{kind.id}"
        code = f"{series}-{units.next_number(tx, series):04d}".upper()
    return {
        **entry.model_dump(),
        "name_text": entry.name_text.strip(),
        "code": code,
        "leader_code": tidy_code("credit_code", entry.leader_code),
        "name_key": keys.name_key,
        "sort_key": keys.sort_key,
        "grams": list(keys.grams),
        "size": entry.size or size_class(entry, kind),
    }


def size_class(entry: UnitEntry, kind: UnitKind) -> str:
    """The size of an enterprise by its figures; "" for other kinds and unknown figures."""
    if kind.identifier != "credit_code" or entry.headcount is None:
        return ""
    figures = Figures(Decimal(entry.headcount), entry.revenue, entry.assets)
    return size_of(reference.size_lines(), reference.lettered(entry.industry), figures)


def _warnings(row: units.Row, kind: UnitKind) -> tuple[Says, ...]:
    if kind.identifier == "credit_code" and not inner_is_right(row["code"]):
        says = "代码第 9–17 位的主体标识码校验不符（GB 11714），请再核对一次"
        return (Says(code="inner_check", says=says),)
    return ()


def _one(tx: Tx, row: units.Row) -> UnitView:
    names = titles.active_names(tx, [row["unit_id"]])
    return unit_view(row, names.get(row["unit_id"], ()))


def _taken(code: str) -> Refused:
    return Refused(
        "code_taken",
        f"代码“{code}”已经登记，一个代码只登记一次：请在单位列表中按代码查找",
        errors=[{"pointer": "/entry/code", "says": "该代码已经登记"}],
    )
