"""Plaques: handed over, taken back, lost; and what stands behind one, for anybody who asks."""

from __future__ import annotations

from datetime import date

from services.registry.domain.honour import (
    PLACE_TEXT,
    Place,
    TitleStatus,
    move_plaque,
    status_on,
)
from services.registry.handlers.acts import Note, need, need_text, note, pack_for
from services.registry.handlers.views import public_row, title_now
from services.registry.store import titles
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import PlaqueReturned
from shared.contracts.registry_acts import IssuePlaque, LosePlaque, ReturnPlaque, VerifyPlaque
from shared.contracts.registry_answers import PlaqueCheck, TitleView
from shared.messaging.tx import Tx


def issue_plaque(tx: Tx, command: IssuePlaque) -> TitleView:
    """Hand a plaque over (NB23 二(四) 颁发铭牌)."""
    need(tx, "clerk")
    received_by = need_text(command.received_by, "请填写领取人", "/received_by")
    row = titles.load_title(tx, command.title_id, lock=True)
    values = {
        "issued_on": command.issued_on,
        "issued_at": tx.now,
        "issued_by": tx.actor.id,
        "received_by": received_by,
    }
    _refuse_day(tx, command.issued_on, row["granted_on"])
    clause = _move(tx, row, Place.ISSUED, on=command.issued_on, values=values)
    said = f"颁发铭牌 {row['plaque_number']}，领取人 {received_by}"
    entry = Note("plaque.issued", said, command.issued_on, clause)
    _note(tx, row["unit_id"], entry, row["title_id"])
    return title_now(tx, command.title_id)


def return_plaque(tx: Tx, command: ReturnPlaque) -> TitleView:
    """The plaque of a cancelled naming came back (NB23 二(五) 收回铭牌)."""
    need(tx, "clerk")
    row = titles.load_title(tx, command.title_id, lock=True)
    values = {
        "returned_on": command.returned_on,
        "returned_at": tx.now,
        "returned_by": tx.actor.id,
    }
    _refuse_day(tx, command.returned_on, row["revoked_on"] or row["granted_on"])
    clause = _move(tx, row, Place.RETURNED, on=command.returned_on, values=values)
    tx.emit(gone(row, command.returned_on, ""))
    handed = f"，交回人 {command.handed_in_by}" if command.handed_in_by else ""
    said = f"收回铭牌 {row['plaque_number']}{handed}"
    entry = Note("plaque.returned", said, command.returned_on, clause)
    _note(tx, row["unit_id"], entry, row["title_id"])
    return title_now(tx, command.title_id)


def lose_plaque(tx: Tx, command: LosePlaque) -> TitleView:
    """The plaque is lost; the reason is kept and the number is void (遗失作废)."""
    need(tx, "clerk")
    reason = need_text(command.reason, "请写明遗失原因", "/reason")
    row = titles.load_title(tx, command.title_id, lock=True)
    _refuse_day(tx, command.reported_on, row["granted_on"])
    values = {"lost_reason": reason, "lost_on": command.reported_on}
    clause = _move(tx, row, Place.LOST, on=command.reported_on, values=values)
    if row["status"] == TitleStatus.REVOKED:
        tx.emit(gone(row, command.reported_on, reason))
    said = f"铭牌 {row['plaque_number']} 遗失作废：{reason}"
    entry = Note("plaque.lost", said, command.reported_on, clause)
    _note(tx, row["unit_id"], entry, row["title_id"])
    return title_now(tx, command.title_id)


def verify_plaque(tx: Tx, command: VerifyPlaque) -> PlaqueCheck:
    """The live state behind a plaque; anybody may ask."""
    asked = command.number_or_code.strip().upper()
    row = titles.find_plaque(tx, command.number_or_code.strip()) or titles.find_plaque(tx, asked)
    if row is None:
        says = "没有这个铭牌编号或核验码：请核对铭牌上的编号，谨防假冒"
        return PlaqueCheck(found=False, genuine=False, says=says)
    status = status_on(row["status"], row["expires_on"], tx.today)
    place = Place(row["place"])
    says, genuine = {
        TitleStatus.ACTIVE: ("称号有效", place in (Place.ISSUED, Place.TO_ISSUE)),
        TitleStatus.EXPIRED: ("称号已到期，铭牌不再有效", False),
        TitleStatus.REVOKED: (f"该称号已于 {row['revoked_on']} 取消命名，铭牌无效", False),
    }[status]
    if place is Place.LOST and status is TitleStatus.ACTIVE:
        says = "称号有效，但这块铭牌已登记遗失作废"
    return PlaqueCheck(
        found=True,
        genuine=genuine,
        says=says,
        title=public_row(tx, row),
        place=place,
        place_text=PLACE_TEXT[place],
    )


def _refuse_day(tx: Tx, day: date, earliest: date) -> None:
    if day > tx.today:
        raise Refused("day_ahead", "日期不能晚于今天", status=422)
    if day < earliest:
        raise Refused("day_too_early", f"日期不能早于 {earliest}", status=422)


def _move(tx: Tx, row: Row, to: Place, *, on: date, values: dict[str, object]) -> str:
    """Move a plaque; the clause it moved by."""
    procedure = "naming" if to is Place.ISSUED else "exit"
    clause = pack_for(tx, row["node"]).step_clause(procedure, "plaque")
    place = move_plaque(row["place"], to, clause)
    titles.save_plaque(tx, row["title_id"], {**values, "place": place})
    titles.add_history(
        tx,
        {
            "title_id": row["title_id"],
            "unit_id": row["unit_id"],
            "axis": "place",
            "value": place,
            "happened_on": on,
        },
    )
    return clause


def gone(row: Row, on: date, lost_reason: str) -> PlaqueReturned:
    """The word that a plaque of a cancelled title is back, or will never come."""
    return PlaqueReturned(
        unit_id=row["unit_id"],
        title_id=row["title_id"],
        plaque_number=row["plaque_number"],
        returned_on=on,
        lost_reason=lost_reason,
    )


def _note(tx: Tx, unit_id: str, said: Note, title_id: str) -> None:
    note(tx, unit_id, said, {"title_id": title_id})
