"""Titles and plaques: granted once, revoked once, and always told as of a day."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import date, datetime

from services.registry.domain.honour import (
    PLACE_TEXT,
    Place,
    TitleStatus,
    last_day,
    move_plaque,
    move_title,
    plaque_number,
    status_on,
    title_number,
)
from services.registry.handlers.acts import Note, need, need_text, note, pack_for
from services.registry.handlers.views import public_row, title_now, title_view
from services.registry.store import titles, units
from services.registry.store.units import Row
from shared.contracts.evaluation import NamingApproved
from shared.contracts.message import Actor
from shared.contracts.oversight import ExitDecided
from shared.contracts.refusals import Refused
from shared.contracts.registry import PlaqueReturned, TitleGranted, TitleRevoked
from shared.contracts.registry_acts import (
    GetTitle,
    IssuePlaque,
    ListTitles,
    LosePlaque,
    PublicRegister,
    ReturnPlaque,
    VerifyPlaque,
)
from shared.contracts.registry_answers import PlaqueCheck, PublicPage, TitlePage, TitleView
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Heard, Tx
from shared.runtime import decisions

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that could be read as something else


def grant_title(tx: Tx, said: NamingApproved, heard: Heard) -> None:
    """An approved naming enters the honour register, exactly once for each nomination."""
    unit = units.lock_unit(tx, said.unit_id)
    if titles.has_title_of(tx, said.nomination_id):
        return
    pack = pack_for(tx, said.node, said.approved_on)
    known = pack.titles.get(said.title_kind)
    series = f"{said.node}-{said.level}-{unit['kind']}-{said.round_year}"
    number = title_number(
        said.node,
        said.level,
        unit["kind"],
        year=said.round_year,
        sequence=units.next_number(tx, series),
    )
    decision_id = decisions.record(
        tx,
        kind="title.grant",
        subject=said.unit_id,
        outcome="granted",
        says=f"命名{unit['name_text']}为“{said.title_text}”，编号 {number}（编号规则非文件规定）",
        pack=pack,
        because=[said.decision_id, heard.envelope.id],
        clauses=[pack.step_clause("naming", "name")],
    )
    enter_title(
        tx,
        Entering(
            unit=unit,
            nomination_id=said.nomination_id,
            round_id=said.round_id,
            title_kind=said.title_kind,
            title_text=said.title_text,
            level=said.level,
            node=said.node,
            number=number,
            round_year=said.round_year,
            granted_on=said.approved_on,
            expires_on=last_day(said.approved_on, known.validity_years if known else None),
            decision_id=decision_id,
            clause=pack.step_clause("naming", "name"),
            by=heard.envelope.actor,
            at=heard.envelope.time,
        ),
    )


@dataclass(frozen=True, slots=True)
class Entering:
    """A title about to stand in the register. `source`: naming, earlier or external."""

    unit: Row
    nomination_id: str
    round_id: str
    title_kind: str
    title_text: str
    level: str
    node: str
    number: str
    round_year: int
    granted_on: date
    expires_on: date | None
    decision_id: str
    clause: str
    by: Actor
    at: datetime
    place: Place = Place.TO_ISSUE
    source: str = "naming"
    document: str = ""


def enter_title(tx: Tx, entering: Entering) -> str:
    """Enter a title with its plaque and history, and say so; its id.

    A title of a programme that no other service serves is not told to them: each scheme of a
    place counts only its own honours (A-02, A-06).
    """
    title_id = tx.new_id("title")
    held = ("unit", "clause", "by", "at", "place")
    values = {f.name: getattr(entering, f.name) for f in fields(entering) if f.name not in held}
    titles.add_title(
        tx,
        {
            **values,
            "title_id": title_id,
            "unit_id": entering.unit["unit_id"],
            "unit_kind": entering.unit["kind"],
            "status": TitleStatus.ACTIVE,
            "recorded_at": entering.at,
            "recorded_by": entering.by.id,
        },
    )
    number = plaque_number(entering.number)
    is_out = entering.place is Place.ISSUED
    issued = {"issued_on": entering.granted_on, "issued_at": tx.now, "issued_by": entering.by.id}
    titles.add_plaque(
        tx,
        {
            "plaque_number": number,
            "title_id": title_id,
            "verify_code": "".join(secrets.choice(_SIGNS) for _ in range(20)),
            "place": entering.place,
            **(issued if is_out else {}),
        },
    )
    learned = {
        "title_id": title_id,
        "unit_id": entering.unit["unit_id"],
        "happened_on": entering.granted_on,
        "learned_at": entering.at,
        "learned_by": entering.by.id,
        "decision_id": entering.decision_id,
    }
    titles.add_history(tx, {**learned, "axis": "status", "value": TitleStatus.ACTIVE})
    titles.add_history(tx, {**learned, "axis": "place", "value": entering.place})
    if not suite_of(entering.node):
        tx.emit(
            TitleGranted(
                unit_id=entering.unit["unit_id"],
                title_id=title_id,
                plaque_number=number,
                **{name: values[name] for name in TitleGranted.model_fields if name in values},
            )
        )
    entry = Note(
        "title.granted",
        f"命名为“{entering.title_text}”，编号 {entering.number}",
        entering.granted_on,
        entering.clause,
        entering.decision_id,
        document=entering.document,
        learned_at=entering.at,
        by=entering.by,
        node=entering.node,
    )
    _note(tx, entering.unit["unit_id"], entry, title_id)
    return title_id


def revoke_title(tx: Tx, said: ExitDecided, heard: Heard) -> None:
    """A decided exit cancels the naming, once; the plaque is to come back (NB23 二(五))."""
    row = titles.lock_title(tx, said.title_id)
    if row["status"] == TitleStatus.REVOKED:
        return
    pack = pack_for(tx, row["node"], said.decided_on)
    clause = pack.step_clause("exit", "revoke")
    status = move_title(row["status"], TitleStatus.REVOKED, clause)
    decision_id = decisions.record(
        tx,
        kind="title.revoke",
        subject=said.unit_id,
        outcome="revoked",
        says=f"取消{row['unit_text']}“{row['title_text']}”的命名（{row['number']}）",
        pack=pack,
        because=[said.decision_id, row["decision_id"], heard.envelope.id],
        clauses=[clause],
    )
    titles.save_title(
        tx,
        said.title_id,
        {
            "status": status,
            "revoked_on": said.decided_on,
            "ground": said.ground,
            "case_id": said.case_id,
            "revoke_decision_id": decision_id,
        },
    )
    learned = {
        "title_id": said.title_id,
        "unit_id": said.unit_id,
        "happened_on": said.decided_on,
        "learned_at": heard.envelope.time,
        "learned_by": heard.envelope.actor.id,
        "ground": said.ground,
        "case_id": said.case_id,
        "decision_id": decision_id,
    }
    titles.add_history(tx, {**learned, "axis": "status", "value": status})
    tx.emit(
        TitleRevoked(
            unit_id=said.unit_id,
            title_id=said.title_id,
            title_text=row["title_text"],
            level=row["level"],
            revoked_on=said.decided_on,
            ground=said.ground,
            case_id=said.case_id,
            decision_id=decision_id,
        )
    )
    entry = Note(
        "title.revoked",
        f"取消命名“{row['title_text']}”（{row['number']}），铭牌应收回",
        said.decided_on,
        clause,
        decision_id,
        learned_at=heard.envelope.time,
        by=heard.envelope.actor,
    )
    _note(tx, said.unit_id, entry, said.title_id)
    _call_back(tx, row, learned, pack.step_clause("exit", "plaque"))


def _call_back(tx: Tx, row: Row, learned: dict[str, object], clause: str) -> None:
    if row["place"] == Place.LOST:  # lost before: there is nothing left to take back
        tx.emit(_gone(row, row["lost_on"], row["lost_reason"]))
        return
    place = move_plaque(row["place"], Place.TO_RETURN, clause)
    titles.save_plaque(tx, row["title_id"], {"place": place})
    titles.add_history(tx, {**learned, "axis": "place", "value": place})


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
    tx.emit(_gone(row, command.returned_on, ""))
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
        tx.emit(_gone(row, command.reported_on, reason))
    said = f"铭牌 {row['plaque_number']} 遗失作废：{reason}"
    entry = Note("plaque.lost", said, command.reported_on, clause)
    _note(tx, row["unit_id"], entry, row["title_id"])
    return title_now(tx, command.title_id)


def get_title(tx: Tx, command: GetTitle) -> TitleView:
    """A title as of a day, as known at an instant."""
    row = titles.load_title(tx, command.title_id)
    known_at, as_of = _instant(tx, command.known_at), command.as_of or tx.today
    if row["recorded_at"] > known_at or row["granted_on"] > as_of:
        raise Refused("title_not_found", "在所问的日期，登记簿中还没有这个称号", status=404)
    past = titles.history_of(tx, [command.title_id], as_of=as_of, known_at=known_at)
    return title_view(row, past, as_of=as_of, known_at=known_at)


def list_titles(tx: Tx, command: ListTitles) -> TitlePage:
    """The honour register of the actor's area: now, or as it stood as then known."""
    known_at, as_of = _instant(tx, command.known_at), command.as_of or tx.today
    rows, after = titles.list_titles(tx, command, as_of=as_of, known_at=known_at)
    ids = [row["title_id"] for row in rows]
    past = titles.history_of(tx, ids, as_of=as_of, known_at=known_at)
    items = tuple(title_view(row, past, as_of=as_of, known_at=known_at) for row in rows)
    return TitlePage(items=items, next_after=after, as_of=as_of, known_at=known_at)


def public_register(tx: Tx, command: PublicRegister) -> PublicPage:
    """The list published to society (NB23 二(四)、二(五)); anybody may read it."""
    total, rows, after = titles.list_public(tx, command)
    return PublicPage(
        total=total, items=tuple(public_row(tx, row) for row in rows), next_after=after
    )


def verify_plaque(tx: Tx, command: VerifyPlaque) -> PlaqueCheck:
    """The live state behind a plaque; anybody may ask."""
    asked = command.number_or_code.strip().upper()
    row = titles.find_plaque(tx, command.number_or_code.strip()) or titles.find_plaque(tx, asked)
    if row is None:
        says = "没有这个铭牌编号或验证码：请核对铭牌上的编号，谨防假冒"
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


def _instant(tx: Tx, known_at: datetime | None) -> datetime:
    if known_at is None:
        return tx.now
    if known_at.tzinfo is None:
        raise Refused("instant_without_zone", "“知悉时间”须带时区，如 +08:00", status=422)
    return known_at


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


def _gone(row: Row, on: date, lost_reason: str) -> PlaqueReturned:
    return PlaqueReturned(
        unit_id=row["unit_id"],
        title_id=row["title_id"],
        plaque_number=row["plaque_number"],
        returned_on=on,
        lost_reason=lost_reason,
    )


def _note(tx: Tx, unit_id: str, said: Note, title_id: str) -> None:
    note(tx, unit_id, said, {"title_id": title_id})
