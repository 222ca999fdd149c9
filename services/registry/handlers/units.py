"""Entering, amending, closing and finding units; what else happens to one is in `unit_life.py`."""

from __future__ import annotations

from services.registry.domain.credit_code import inner_is_right
from services.registry.domain.standing import Standing, move
from services.registry.handlers.acts import (
    Note,
    need,
    need_area,
    need_text,
    note,
    pack_for,
)
from services.registry.handlers.doubles import look_for_doubles
from services.registry.handlers.leaders import tie_leader
from services.registry.handlers.unit_entries import admitted, columns_of, keyed
from services.registry.handlers.unit_views import whole_unit
from services.registry.handlers.views import entered, unit_views
from services.registry.store import doubles, relations, unit_lists, units
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
)
from shared.contracts.registry_answers import Says, UnitCounts, UnitPage, UnitView
from shared.messaging.tx import Tx
from shared.policy.pack import UnitKind


def register_unit(tx: Tx, command: RegisterUnit) -> UnitView:
    """Enter one unit; the pack's kinds and rules decide, the code is the hard key."""
    need(tx, "clerk")
    need_area(tx, command.entry.division)
    pack = pack_for(tx, command.entry.division)
    entry, rules = admitted(tx, pack, command.entry)
    values = keyed(columns_of(tx, entry, rules.kind))
    refuse_taken(tx, str(values["code"]))
    unit_id = tx.new_id("unit")
    is_new = units.add_unit(
        tx,
        {
            **values,
            "unit_id": unit_id,
            "standing": Standing.REGISTERED,
            "standing_on": tx.today,
            "revision": 1,
            "entered_at": tx.now,
            "entered_by": tx.actor.id,
        },
    )
    if not is_new:
        raise _taken(str(values["code"]))
    row = tie_leader(tx, pack, units.load_unit(tx, unit_id=unit_id))
    tx.emit(entered(row))
    text, kind = f"登记为{rules.kind.name}", rules.kind
    note(tx, unit_id, Note("unit.entered", text, tx.today, clause=kind.clause))
    alike = look_for_doubles(tx, [row], found_by="register")
    return whole_unit(tx, row, warnings=(*_warnings(row["code"], kind), *alike))


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
    if entry.division[:6] != row["district"]:
        says = (
            f"所在地由 {row['district']} 变更为 {entry.division[:6]}，涉及另一办公室："
            "请办理“迁移”，不要在变更登记中修改"
        )
        raise Refused(
            "district_fixed",
            says,
            status=422,
            errors=[{"pointer": "/entry/division", "says": says}],
        )
    pack = pack_for(tx, entry.division)
    entry, rules = admitted(tx, pack, entry, held=row)
    values = keyed(columns_of(tx, entry, rules.kind, held_code=row["code"]))
    refuse_taken(tx, str(values["code"]), but=command.unit_id)
    changed = units.amend_unit(
        tx, command.unit_id, {**values, "amended_at": tx.now, "amended_by": tx.actor.id}
    )
    changed = tie_leader(tx, pack, changed)
    tx.emit(entered(changed))
    note(tx, command.unit_id, Note("unit.amended", f"修改登记：{reason}", tx.today))
    alike = look_for_doubles(tx, [changed], found_by="amend")
    return whole_unit(tx, changed, warnings=alike)


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
            "closed_from": row["standing"],
            "amended_at": tx.now,
            "amended_by": tx.actor.id,
        },
    )
    relations.end_all(tx, command.unit_id, until_on=command.closed_on, reason="单位注销")
    doubles.drop_doubles(tx, command.unit_id, "单位注销")
    tx.emit(
        UnitClosed(
            unit_id=command.unit_id,
            closed_on=command.closed_on,
            reason=reason,
            revision=changed["revision"],
        )
    )
    note(tx, command.unit_id, Note("unit.closed", f"注销：{reason}", command.closed_on))
    return whole_unit(tx, changed)


def get_unit(tx: Tx, command: GetUnit) -> UnitView:
    """One unit of the actor's area, with its marks and the phases it went through."""
    row = units.load_unit(tx, unit_id=command.unit_id, code=command.code.strip())
    return whole_unit(tx, row)


def find_units(tx: Tx, command: FindUnits) -> UnitPage:
    """A page of units."""
    rows, after = unit_lists.list_units(
        tx, command.where, sort=command.sort, after=command.after, limit=command.limit
    )
    return UnitPage(items=unit_views(tx, rows), next_after=after)


def export_units(tx: Tx, command: ExportUnits) -> UnitPage:
    """A large page of exactly what is filtered."""
    rows, after = unit_lists.list_units(
        tx, command.where, sort="name", after=command.after, limit=command.limit
    )
    return UnitPage(items=unit_views(tx, rows), next_after=after)


def count_units(tx: Tx, command: CountUnits) -> UnitCounts:
    """How many, by kind, standing and district; or how many up to a number, and no further."""
    if command.up_to is not None:
        total, more = unit_lists.count_up_to(tx, command.where, command.up_to)
        return UnitCounts(total=total, total_more=more, by_kind={}, by_standing={}, by_division={})
    sums: dict[str, dict[str, int]] = {"kind": {}, "standing": {}, "district": {}}
    total = 0
    for row in unit_lists.count_units(tx, command.where):
        total += int(row["units"])
        for name, found in sums.items():
            found[row[name]] = found.get(row[name], 0) + int(row["units"])
    return UnitCounts(
        total=total,
        by_kind=sums["kind"],
        by_standing=sums["standing"],
        by_division=sums["district"],
    )


def refuse_taken(tx: Tx, code: str, *, but: str = "") -> None:
    """409 when a code belongs to another unit, wherever that is."""
    other = units.find_by_codes(tx, [code]).get(code)
    if other is not None and other["unit_id"] != but:
        raise _taken(code, is_merged=bool(other["merged_into"]))


def _warnings(code: str, kind: UnitKind) -> tuple[Says, ...]:
    if kind.identifier == "credit_code" and not inner_is_right(code):
        says = "代码第 9–17 位的主体标识码校验不符（GB 11714），请再核对一次"
        return (Says(code="inner_check", says=says),)
    return ()


def _taken(code: str, *, is_merged: bool = False) -> Refused:
    says = f"代码“{code}”已经登记，一个代码只登记一次：请在单位列表中按代码查找"
    if is_merged:
        says = f"代码“{code}”的登记已并入另一单位，不能再次使用：请在单位列表中按代码查找"
    return Refused(
        "code_taken", says, errors=[{"pointer": "/entry/code", "says": "该代码已经登记"}]
    )
