"""Two entries of one unit become one; nothing that was decided about either is lost."""

from __future__ import annotations

from collections.abc import Iterable

from services.registry.domain.merging import Bonds, check_bonds, check_pair
from services.registry.domain.standing import Standing
from services.registry.handlers.acts import Note, need, need_area, need_text, note
from services.registry.handlers.unit_views import unit_meant, whole_unit
from services.registry.handlers.views import entered
from services.registry.store import doubles, marks, merging, relations, units
from services.registry.store.cases import learned_at
from services.registry.store.units import Row
from shared.contracts.registry import UnitClosed, UnitMerged
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units import MergeUnit
from shared.messaging.tx import Tx


def merge_unit(tx: Tx, command: MergeUnit) -> UnitView:
    """Merge one entry into another, on an officer's word."""
    need(tx, "clerk", "reviewer")
    reason = need_text(command.reason, "请写明合并理由", "/reason")
    into = unit_meant(tx, command.into, "/into")
    return whole_unit(tx, merge(tx, command.unit_id, into, reason=reason))


def merge(tx: Tx, unit_id: str, into: str, *, reason: str) -> Row:
    """Everything the register keeps of one goes to the other; the first is closed and points there."""
    found = units.lock_units(tx, [unit_id, into])
    gone, kept = found[unit_id], found[into]
    check_pair(gone, kept)
    for row in (gone, kept):
        need_area(tx, row["division"])
    bonds = bonds_of(tx, [unit_id, into])
    check_bonds(gone, kept, of_gone=bonds[unit_id], of_kept=bonds[into])
    told = f"并入“{kept['name_text']}”（{kept['code']}）：{reason}"
    _close(tx, gone, told)
    learned_at(tx, tx.now)
    units.merge_into(tx, unit_id, into)
    merging.hand_over_file(tx, unit_id, into)
    relations.hand_over(tx, unit_id, into, reason="重复登记并入")
    marks.hand_over(tx, unit_id, into, reason="重复登记并入")
    for site in units.list_by_ids(tx, units.hand_over_led(tx, unit_id, kept)):
        tx.emit(entered(site))
    doubles.drop_doubles(tx, unit_id, told[:200])
    tx.emit(UnitMerged(unit_id=unit_id, into_unit_id=into, merged_on=tx.today, reason=reason))
    text = f"“{gone['name_text']}”（{gone['code']}）重复登记，并入本单位：{reason}"
    note(tx, into, Note("unit.merged", text, tx.today))
    return units.load_unit(tx, unit_id=into)


def bonds_of(tx: Tx, ids: Iterable[str]) -> dict[str, Bonds]:
    """What rests on each of these entries and cannot follow it to another."""
    wanted = list(ids)
    titled, held = merging.ever_titled(tx, wanted), merging.held(tx, wanted)
    leaving, grown = merging.in_exit_case(tx, wanted), merging.cultivated(tx, wanted)
    cases = merging.cases_under_way(tx, wanted)
    return {
        unit_id: Bonds(
            title=unit_id in titled,
            hold=unit_id in held,
            exit_case=unit_id in leaving,
            under_way=tuple(case_says(*one) for one in cases.get(unit_id, ())),
            cultivation=unit_id in grown,
        )
        for unit_id in wanted
    }


def case_says(kind: str, stage: str) -> str:
    """A case under way in an officer's words."""
    named = {"application": "在办的认定申请", "nomination": "在办的选树申报"}
    return f"{named[kind]}（{stage}）"


def _close(tx: Tx, gone: Row, told: str) -> None:
    changed = units.amend_unit(
        tx,
        gone["unit_id"],
        {
            "standing": Standing.CLOSED,
            "standing_on": tx.today,
            "closed_on": tx.today,
            "closed_from": gone["standing"],
            "amended_at": tx.now,
            "amended_by": tx.actor.id,
        },
    )
    tx.emit(
        UnitClosed(
            unit_id=gone["unit_id"],
            closed_on=tx.today,
            reason=told,
            revision=changed["revision"],
        )
    )
    note(tx, gone["unit_id"], Note("unit.merged", told, tx.today))
