"""May this unit be visited? Has it the green channel? Answered from live leases or from history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.incentives.domain import relief as told
from services.incentives.domain import terms
from services.incentives.domain.entitlement import LAW_TIME, Moment
from services.incentives.handlers.rights import a_day, law_of, not_a_units_user
from services.incentives.store import checks
from shared.contracts.incentives import EntitlementChecks, GreenChannel
from shared.contracts.incentives_answers import GreenChannelAnswer
from shared.contracts.incentives_words import Purpose
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx

LATER_SAYS = "；计划日期在后，检查当日须再次核对"


class Found(NamedTuple):
    """One unit found, and what the tables say of it."""

    unit_id: str
    code: str
    name: str
    is_closed: bool
    answer: tuple[Any, ...]


def entitlement_checks(tx: Tx, command: EntitlementChecks) -> dict[str, Any]:
    """An answer for each code or unit id, in the order asked (EntitlementCheckList)."""
    not_a_units_user(tx)
    asked = command.codes or command.unit_ids
    if bool(command.codes) == bool(command.unit_ids):
        raise Refused(
            "codes_or_unit_ids",
            "请给出统一社会信用代码（项目编号）或单位编号之一，不能都空，也不能都给。",
            status=422,
        )
    moment, by = law_of(tx), "code" if command.codes else "unit"
    question = Question(command.purpose, a_day(tx, command.on), moment, tx.now)
    tails: dict[tuple[Any, ...], dict[str, Any]] = {}
    wordings: dict[str, str] = {}
    items: list[dict[str, Any] | None] = [None] * len(asked)
    for n, found in _find(tx, asked, by=by, question=question):
        if items[n - 1] is not None and found.is_closed:
            continue
        tail = tails.get(found.answer)
        if tail is None:
            tail = _in_words(checks.Answer(*found.answer), question)
            wording = wordings.setdefault(tail["clause"], _wording(moment, tail["clause"]))
            tail["wording"] = wording if command.with_wording else ""
            tails[found.answer] = tail
        items[n - 1] = {
            "unit_id": found.unit_id,
            "code": found.code,
            "name": found.name,
            **tail,
        }
    return {
        "purpose": command.purpose.value,
        "on": question.day.isoformat(),
        "answered_at": tx.now.isoformat(),
        "pack": moment.pack.fingerprint,
        "factor_from_text": moment.pack.settings[terms.INSPECTION_FACTOR].from_text,
        "wordings": wordings,
        "items": [
            item or _unknown(question, by, name) for item, name in zip(items, asked, strict=True)
        ],
    }


def green_channel(tx: Tx, command: GreenChannel) -> GreenChannelAnswer:
    """Whether the unit with this code has the green channel on the day; 404 when unknown."""
    not_a_units_user(tx)
    if command.purpose not in told.CHANNELS:
        raise Refused("not_a_green_channel", "该用途不是绿色通道，请改用待遇核验。", status=422)
    question = Question(command.purpose, a_day(tx, command.on), law_of(tx), tx.now)
    found = [f for _, f in _find(tx, [command.code], by="code", question=question)]
    if not found:
        raise Refused("unit_not_found", told.UNKNOWN_SAYS, status=404)
    unit = min(found, key=lambda f: f.is_closed)
    tail = _in_words(checks.Answer(*unit.answer), question)
    return GreenChannelAnswer(
        code=command.code,
        unit_id=unit.unit_id,
        name=unit.name,
        purpose=command.purpose,
        on=question.day,
        green_channel=tail["entitled"],
        reason=tail["reason"],
        clause=tail["clause"],
        lease_until=tail["lease_until"],
    )


class Question(NamedTuple):
    """What is asked, for which day, under which law."""

    purpose: Purpose
    day: date
    moment: Moment
    now: datetime


def _find(
    tx: Tx, asked: Sequence[str], *, by: str, question: Question
) -> Iterator[tuple[int, Found]]:
    """Place in asked order, and what was found there."""
    node, purpose = tx.actor.node, question.purpose
    if question.day >= tx.today or purpose in told.ALWAYS_ALLOWED:
        for row in checks.list_today(
            tx.session, asked, by=by, purpose=purpose, node=node, now=tx.now
        ):
            yield row[0], Found(row[1], row[2], row[3], row[4], row[5:])
        return
    benefits = told.purposes_of(question.moment.pack).get(purpose, [])
    rows = checks.list_past(
        tx.session, asked, by=by, benefits=benefits, day=question.day, node=node
    )
    yield from _past(rows, question)


def _past(rows: list[Any], question: Question) -> Iterator[tuple[int, Found]]:
    """The best right that was active on the day, per unit; else why there was none."""
    benefits, order = question.moment.pack.benefits, {"exempt": 0, "reduced": 1, "": 2}
    factor = terms.reduced_factor(question.moment.pack, question.day)
    factors = {"exempt": "0", "reduced": factor}
    best: dict[tuple[int, str], tuple[tuple[bool, int], Found]] = {}
    for row in rows:
        benefit = benefits.get(row.benefit)
        degree, is_active = benefit.degree if benefit else "", row.state == "active"
        status = degree if is_active and degree else "normal"
        answer = checks.Answer(
            held=row.state == "suspended",
            status=status if row.state else None,
            entitled=is_active,
            factor=factors.get(status, "1"),
            clause=benefit.clause if benefit else None,
            reason=told.SAYS[degree] if is_active else f"当日不享受（{row.says}）",
            lease_until=None,
            lapsed=False,
            held_because=None,
        )
        found = Found(row.unit_id, row.code, row.name, row.is_closed, tuple(answer))
        rank = (not is_active, order[degree])
        if (row.n, row.unit_id) not in best or rank < best[row.n, row.unit_id][0]:
            best[row.n, row.unit_id] = (rank, found)
    for (n, _), (_, found) in best.items():
        yield n, found


def _in_words(answer: checks.Answer, question: Question) -> dict[str, Any]:
    """What a unit with this answer is told, all but its name and the clause's wording."""
    purpose, now = question.purpose, answer
    if purpose in told.ALWAYS_ALLOWED:
        now = answer._replace(status=None, reason=told.ALWAYS_SAYS)
    elif answer.status is None:
        none_says = told.NO_CHANNEL_SAYS if purpose in told.CHANNELS else told.NO_ROW_SAYS
        now = answer._replace(reason=told.HELD_SAYS if answer.held else none_says)
    elif answer.lapsed:
        now = answer._replace(status=None, reason=told.LAPSED_SAYS)
    because = answer.held_because if purpose not in told.ALWAYS_ALLOWED else None
    later = LATER_SAYS if question.day > question.now.astimezone(LAW_TIME).date() else ""
    return {
        "purpose": purpose.value,
        "known": True,
        "may_inspect": now.status != "exempt",
        "status": now.status or "normal",
        "entitled": bool(now.status and now.entitled),
        "factor": (now.factor or "1") if now.status else "1",
        "held": now.held,
        "reason": f"{now.reason}（{because}）{later}" if because else f"{now.reason}{later}",
        "clause": now.clause or _clause_for(question.moment, purpose),
        "lease_until": now.lease_until,
    }


def _unknown(question: Question, by: str, asked: str) -> dict[str, Any]:
    return {
        "unit_id": asked if by == "unit" else "",
        "code": asked if by == "code" else "",
        "name": "",
        "purpose": question.purpose.value,
        "known": False,
        "may_inspect": True,
        "status": "normal",
        "entitled": False,
        "factor": "1",
        "held": False,
        "reason": told.UNKNOWN_SAYS,
        "clause": "",
        "lease_until": None,
        "wording": "",
    }


def _wording(moment: Moment, clause_id: str) -> str:
    known = moment.pack.clauses.get(clause_id)
    return known.wording if known else ""


def _clause_for(moment: Moment, purpose: Purpose) -> str:
    """The clause that speaks of a purpose; for complaint visits that of the exemption itself."""
    routine = {
        Purpose.LABOUR_INSPECTION_COMPLAINT: Purpose.LABOUR_INSPECTION_ROUTINE,
        Purpose.SOCIAL_INSURANCE_AUDIT_COMPLAINT: Purpose.SOCIAL_INSURANCE_AUDIT_ROUTINE,
    }.get(purpose, purpose)
    speaks = [b for b in moment.pack.benefits.values() if routine in b.purposes]
    speaks.sort(key=lambda b: b.degree != "exempt")
    return speaks[0].clause if speaks else ""
