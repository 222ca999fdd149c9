"""Honours of earlier years and of other bodies, and results of a re-evaluation.

One person hands a batch in, another lets it take effect; what is wrong comes back row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.domain import library as rules
from services.registry.domain.honour import (
    Place,
    TitleStatus,
    last_day,
    move_title,
    title_number,
    title_series,
)
from services.registry.handlers.acts import Note, need, need_text, note, pack_for
from services.registry.handlers.honours import Entering, enter_title
from services.registry.store import areas, titles, units
from services.registry.store import library as store
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import TitleRevoked
from shared.contracts.registry_library import (
    ConfirmHonours,
    HonourBatch,
    HonourItem,
    ListHonourBatches,
    ProposeHonours,
    ProposeReview,
    ReturnHonours,
)
from shared.contracts.scalars import suite_of
from shared.messaging.tx import Tx
from shared.policy.pack import Pack, Title
from shared.runtime import decisions, organisations

_REVIEW = "re_evaluation"
_RESULTS = {"keep": "保留", "withdraw": "退出"}
_NAMES = {"honours": "荣誉登记", "review": "复评结果"}


def propose_honours(tx: Tx, command: ProposeHonours) -> HonourBatch:
    """Check every row and keep the batch for a second person; 422 with a line for each fault."""
    need(tx, "clerk")
    need_text(command.document, "请写明依据的文件（名称和文号）", "/document")
    pack = pack_for(tx, tx.actor.node)
    rows, faults = _checked(tx, pack, command.items)
    _refuse(faults)
    return _keep(tx, pack, rows, command)


def propose_review(tx: Tx, command: ProposeReview) -> HonourBatch:
    """Results of a re-evaluation, where the programme has one; elsewhere a title leaves by exit."""
    need(tx, "clerk")
    need_text(command.document, "请写明复评结果的文件（名称和文号）", "/document")
    pack = pack_for(tx, tx.actor.node)
    if _REVIEW not in pack.procedures:
        says = "本办法没有复评：取消命名须走退出程序，由命名机关会商决定"
        raise Refused("no_re_evaluation", says)
    if command.reviewed_on > tx.today:
        raise Refused("day_ahead", "复评日期不能晚于今天", status=422)
    held = store.find_titles(tx, [item.title_id for item in command.items])
    rows, faults = [], []
    for at, item in enumerate(command.items):
        row = held.get(item.title_id)
        if row is None or row["status"] != TitleStatus.ACTIVE:
            says = f"第 {at + 1} 行：没有找到有效的称号“{item.title_id}”"
            faults.append({"pointer": f"/items/{at}/title_id", "says": says})
            continue
        rows.append(_row(row, row["title_text"], row, result=_RESULTS[item.result]))
    _refuse(faults)
    return _keep(tx, pack, rows, command)


def confirm_honours(tx: Tx, command: ConfirmHonours) -> HonourBatch:
    """Let a batch take effect; the person who handed it in cannot."""
    need(tx, "clerk", "reviewer")
    batch = store.load_batch(tx, command.batch_id, lock=True)
    if batch["proposed_by"] == tx.actor.id:
        says = "荣誉登记须由另一人确认：提交人不能确认自己的批次，请交给另一位同事"
        raise Refused("second_person_needed", says)
    _need_proposed(batch)
    pack = pack_for(tx, batch["node"])
    clause = _clause_of(pack, batch["kind"])
    decision_id = decisions.record(
        tx,
        kind=f"library.{batch['kind']}",
        subject=batch["batch_id"],
        outcome="confirmed",
        says=f"确认{_NAMES[batch['kind']]} {len(batch['rows'])} 项，依据 {batch['document']}",
        pack=pack,
        clauses=[clause],
    )
    for row in batch["rows"]:
        if batch["kind"] == "honours":
            _enter(tx, pack, batch, row, decision_id)
        elif row["result"] == _RESULTS["withdraw"]:
            _withdraw(tx, pack, batch, row, decision_id)
        else:
            text = f"复评保留“{row['title_text']}”（{batch['document']}）"
            kept = Note("title.kept", text, batch["happened_on"], clause, decision_id)
            note(tx, row["unit_id"], kept, {"title_id": row["title_id"]})
    _decide(tx, batch, "confirmed", "", decision_id)
    return _view(store.load_batch(tx, command.batch_id))


def return_honours(tx: Tx, command: ReturnHonours) -> HonourBatch:
    """Send a batch back; who handed it in may take it back so."""
    need(tx, "clerk", "reviewer")
    reason = need_text(command.reason, "请写明退回理由", "/reason")
    batch = store.load_batch(tx, command.batch_id, lock=True)
    _need_proposed(batch)
    if batch["proposed_by"] == tx.actor.id:
        raise Refused("second_person_needed", "退回须由另一人办理：请交给另一位同事")
    _decide(tx, batch, "returned", reason, "")
    return _view(store.load_batch(tx, command.batch_id))


def list_honour_batches(tx: Tx, command: ListHonourBatches) -> dict[str, Any]:
    """The newest batches of the actor's programme and area."""
    need(tx, "clerk", "reviewer", "auditor")
    return {"batches": [_view(row) for row in store.list_batches(tx, command.status)]}


def _checked(
    tx: Tx, pack: Pack, items: Sequence[HonourItem]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Rows as they would enter, and what is wrong, each with its place."""
    found = store.find_units(tx, [i.unit_id for i in items], [i.code for i in items])
    by_key = {key: row for row in found for key in (row["unit_id"], row["code"])}
    level = areas.counts_as(_level(tx.actor.node))
    rows: list[dict[str, Any]] = []
    faults: list[dict[str, str]] = []
    seen: set[tuple[str, str, int]] = set()
    wanted = []
    for at, item in enumerate(items):
        unit, title = by_key.get(item.unit_id or item.code), pack.titles.get(item.title_kind)
        year = item.round_year or item.granted_on.year
        wrong = list(_wrong(tx, pack, item, unit, title, level))
        key = (unit["unit_id"] if unit else "", item.title_kind, year)
        if not wrong and key in seen:
            wrong.append(("unit_id", "同一单位同一年度的同一称号在本批中出现两次"))
        seen.add(key)
        faults += [
            {"pointer": f"/items/{at}/{field}", "says": f"第 {at + 1} 行：{says}"}
            for field, says in wrong
        ]
        if not wrong and unit is not None and title is not None:
            wanted.append((at, key))
            entry = {"title_kind": title.id, "level": title.level, "title_id": ""}
            given = {"granted_on": item.granted_on, "round_year": year, "number": item.number}
            rows.append(_row(unit, title.name, entry | given))
    held = store.rounds_held(tx, [key for _, key in wanted])
    taken = store.numbers_held(tx, [item.number for item in items])
    for at, key in wanted:
        if key in held:
            says = f"第 {at + 1} 行：该单位 {key[2]} 年的这一称号已经登记，不重复登记"
            faults.append({"pointer": f"/items/{at}", "says": says})
        elif items[at].number in taken:
            says = f"第 {at + 1} 行：编号“{items[at].number}”已被其他称号使用"
            faults.append({"pointer": f"/items/{at}/number", "says": says})
    return rows, faults


def _wrong(
    tx: Tx, pack: Pack, item: HonourItem, unit: Row | None, title: Title | None, level: str
) -> list[tuple[str, str]]:
    if unit is None:
        said = item.code or item.unit_id or "（空）"
        return [("code", f"没有找到单位“{said}”，或它不在您的管辖区域：请先登记单位")]
    if title is None:
        known = "、".join(f"{t.id}（{t.name}）" for t in rules.honours(pack).values())
        return [("title_kind", f"没有称号“{item.title_kind}”；可用：{known}")]
    wrong = list(rules.faults_of_title(pack, title, unit["kind"], level, tx.today))
    if item.granted_on > tx.today:
        wrong.append(("granted_on", f"命名日期 {item.granted_on} 晚于今天"))
    return wrong


def _row(unit: Row, title_text: str, entry: Any, result: str = "") -> dict[str, Any]:
    return {
        "unit_id": unit["unit_id"],
        "unit_text": unit["unit_text"] if "unit_text" in unit else unit["name_text"],
        "title_id": entry["title_id"],
        "title_kind": entry["title_kind"],
        "title_text": title_text,
        "level": entry["level"],
        "granted_on": entry["granted_on"].isoformat(),
        "round_year": entry["round_year"],
        "number": entry["number"],
        "result": result,
    }


def _refuse(faults: list[dict[str, str]]) -> None:
    if faults:
        more = f"等 {len(faults)} 处" if len(faults) > 1 else ""
        says = f"{faults[0]['says']}{more}；整批没有保存，请改正后重新提交"
        raise Refused("honours_invalid", says, status=422, errors=faults)


def _keep(
    tx: Tx,
    pack: Pack,
    rows: list[dict[str, Any]],
    command: ProposeHonours | ProposeReview,
) -> HonourBatch:
    batch_id = tx.new_id("honours")
    store.add_batch(
        tx,
        {
            "batch_id": batch_id,
            "kind": "review" if isinstance(command, ProposeReview) else "honours",
            "node": tx.actor.node,
            "document": command.document,
            "reason": command.reason,
            "happened_on": command.reviewed_on if isinstance(command, ProposeReview) else None,
            "status": "proposed",
            "rows": rows,
            "fingerprint": pack.fingerprint,
            "proposed_at": tx.now,
            "proposed_by": tx.actor.id,
            "proposed_by_name": tx.actor.name,
        },
    )
    return _view(store.load_batch(tx, batch_id))


def _need_proposed(batch: Row) -> None:
    if batch["status"] != "proposed":
        done = {"confirmed": "已经确认", "returned": "已经退回"}[batch["status"]]
        raise Refused("batch_decided", f"该批次{done}，不能再办理")


def _decide(tx: Tx, batch: Row, status: str, says: str, decision_id: str) -> None:
    store.save_batch(
        tx,
        batch["batch_id"],
        {
            "status": status,
            "decided_at": tx.now,
            "decided_by": tx.actor.id,
            "decided_by_name": tx.actor.name,
            "says": says,
            "decision_id": decision_id,
        },
    )


def _enter(tx: Tx, pack: Pack, batch: Row, row: dict[str, Any], decision_id: str) -> None:
    """One honour into the register; the lower steps of its ladder end the day before."""
    title, unit = pack.titles[row["title_kind"]], units.lock_unit(tx, row["unit_id"])
    granted_on = date.fromisoformat(row["granted_on"])
    if store.rounds_held(tx, [(row["unit_id"], title.id, row["round_year"])]):
        says = f"{row['unit_text']} {row['round_year']} 年的“{title.name}”已由他人登记：请退回本批"
        raise Refused("honour_taken", says)
    _leave_lower(tx, pack, title, unit, granted_on, decision_id)
    series = title_series(batch["node"], title.level, unit["kind"], year=row["round_year"])
    number = row["number"] or title_number(
        batch["node"],
        title.level,
        unit["kind"],
        year=row["round_year"],
        sequence=units.next_number(tx, series),
    )
    enter_title(
        tx,
        Entering(
            unit=unit,
            nomination_id=tx.new_id("earlier"),
            round_id=batch["batch_id"],
            title_kind=title.id,
            title_text=title.name,
            level=title.level,
            node=batch["node"],
            number=number,
            round_year=row["round_year"],
            granted_on=granted_on,
            expires_on=last_day(granted_on, title.validity_years),
            decision_id=decision_id,
            clause=title.clause,
            by=tx.actor,
            at=tx.now,
            place=Place.ISSUED,
            source="external" if title.rank == "external" else "earlier",
            document=batch["document"],
        ),
    )


def _leave_lower(tx: Tx, pack: Pack, title: Title, unit: Row, on: date, decision_id: str) -> None:
    lower = rules.lower_steps(pack, title)
    for held in store.titles_of(tx, unit["unit_id"], lower) if lower else ():
        last = rules.last_day_before(held["granted_on"], on)
        status = move_title(held["status"], TitleStatus.EXPIRED, title.clause)
        titles.save_title(tx, held["title_id"], {"status": status, "expires_on": last})
        stood = {"title_id": held["title_id"], "unit_id": unit["unit_id"], "axis": "status"}
        at = {"value": status, "happened_on": max(on, last), "decision_id": decision_id}
        titles.add_history(tx, {**stood, **at})
        text = f"升为“{title.name}”，不再列入“{held['title_text']}”"
        left = Note("title.left", text, on, title.clause, decision_id)
        note(tx, unit["unit_id"], left, {"title_id": held["title_id"]})


def _withdraw(tx: Tx, pack: Pack, batch: Row, row: dict[str, Any], decision_id: str) -> None:
    """A re-evaluated title that is not kept leaves the active set; its history stays."""
    held = titles.lock_title(tx, row["title_id"])
    clause = _clause_of(pack, "review")
    status = move_title(held["status"], TitleStatus.REVOKED, clause)
    ground = f"复评未通过（{batch['document']}）"
    on = batch["happened_on"]
    titles.save_title(
        tx,
        row["title_id"],
        {
            "status": status,
            "revoked_on": on,
            "ground": ground,
            "revoke_decision_id": decision_id,
        },
    )
    stood = {"title_id": row["title_id"], "unit_id": row["unit_id"], "axis": "status"}
    at = {"value": status, "happened_on": on, "ground": ground, "decision_id": decision_id}
    titles.add_history(tx, {**stood, **at})
    if not suite_of(held["node"]):
        tx.emit(
            TitleRevoked(
                unit_id=row["unit_id"],
                title_id=row["title_id"],
                title_text=held["title_text"],
                level=held["level"],
                revoked_on=on,
                ground=ground,
                case_id="",
                decision_id=decision_id,
            )
        )
    text = f"复评结果为退出，“{held['title_text']}”不再列入"
    left = Note("title.withdrawn", text, on, clause, decision_id)
    note(tx, row["unit_id"], left, {"title_id": row["title_id"]})


def _clause_of(pack: Pack, kind: str) -> str:
    if kind == "review":
        return pack.procedures[_REVIEW].clause
    held = pack.lists.get(rules.LIST)
    return held.clause if held else next(t.clause for t in rules.honours(pack).values())


def _level(node: str) -> str:
    found = organisations.find_node(node)
    return found.level if found else "township"


def _view(row: Row) -> HonourBatch:
    values = {name: row[name] for name in HonourBatch.model_fields if name in row}
    return HonourBatch.model_validate(
        {**values, "node_text": organisations.name_of(row["node"])}, extra="ignore"
    )
