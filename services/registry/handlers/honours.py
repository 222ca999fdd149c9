"""Titles and plaques: granted once, revoked once, and always told as of a day."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import date, datetime

from services.registry.domain.honour import (
    Place,
    TitleStatus,
    last_day,
    move_plaque,
    move_title,
    plaque_number,
    title_number,
    title_series,
)
from services.registry.handlers.acts import Note, note, pack_for
from services.registry.handlers.plaques import gone
from services.registry.handlers.views import public_row, title_view
from services.registry.store import titles, units
from services.registry.store.units import Row
from shared.contracts.evaluation import NamingApproved
from shared.contracts.message import Actor
from shared.contracts.oversight import ExitDecided
from shared.contracts.refusals import Refused
from shared.contracts.registry import TitleGranted, TitleRevoked
from shared.contracts.registry_acts import (
    GetTitle,
    ListTitles,
    PublicRegister,
)
from shared.contracts.registry_answers import PublicPage, TitlePage, TitleView
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
    series = title_series(said.node, said.level, unit["kind"], year=said.round_year)
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
        tx.emit(gone(row, row["lost_on"], row["lost_reason"]))
        return
    place = move_plaque(row["place"], Place.TO_RETURN, clause)
    titles.save_plaque(tx, row["title_id"], {"place": place})
    titles.add_history(tx, {**learned, "axis": "place", "value": place})


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


def _instant(tx: Tx, known_at: datetime | None) -> datetime:
    if known_at is None:
        return tx.now
    if known_at.tzinfo is None:
        raise Refused("instant_without_zone", "“知悉时间”须带时区，如 +08:00", status=422)
    return known_at


def _note(tx: Tx, unit_id: str, said: Note, title_id: str) -> None:
    note(tx, unit_id, said, {"title_id": title_id})
