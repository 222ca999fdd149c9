"""May this unit be visited? Has it the green channel? Answered from live leases or from history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from services.incentives.domain import relief as told
from services.incentives.domain import terms
from services.incentives.domain.entitlement import Moment
from services.incentives.handlers.assessing import a_day, moment_of
from services.incentives.store import checks
from shared.contracts.incentives import EntitlementChecks, GreenChannel
from shared.contracts.incentives_answers import GreenChannelAnswer
from shared.contracts.incentives_words import Purpose
from shared.contracts.refusals import Refused
from shared.messaging.tx import Tx
from shared.runtime.settings import settings

LATER_SAYS = "；计划日期在后，检查当日须再次核对"


class Found(NamedTuple):
    """What is known about one unit for one purpose, before it is put into words."""

    unit_id: str
    code: str
    name: str
    status: str
    entitled: bool
    factor: str
    held: bool
    reason: str
    clause: str
    lease_until: datetime | None


def entitlement_checks(tx: Tx, command: EntitlementChecks) -> dict[str, Any]:
    """An answer for each code or unit id, in the order asked (EntitlementCheckList)."""
    asked = command.codes or command.unit_ids
    if bool(command.codes) == bool(command.unit_ids):
        raise Refused(
            "codes_or_unit_ids",
            "请给出统一社会信用代码（项目编号）或单位编号之一，不能都空，也不能都给。",
            status=422,
        )
    day = a_day(tx, command.on)
    moment = _law(tx)
    by = "code" if command.codes else "unit"
    found = _find(tx, list(asked), by=by, purpose=command.purpose, day=day, moment=moment)
    wordings: dict[str, str] = {}
    told_of = _teller(command, LATER_SAYS if day > tx.today else "", moment, wordings)
    items = [
        told_of(found[n], asked[n - 1]) if n in found else _unknown(command, by, asked[n - 1])
        for n in range(1, len(asked) + 1)
    ]
    return {
        "purpose": command.purpose.value,
        "on": day.isoformat(),
        "answered_at": tx.now.isoformat(),
        "pack": moment.pack.fingerprint,
        "factor_from_text": moment.pack.settings[terms.INSPECTION_FACTOR].from_text,
        "wordings": wordings,
        "items": items,
    }


def green_channel(tx: Tx, command: GreenChannel) -> GreenChannelAnswer:
    """Whether the unit with this code has the green channel on the day; 404 when unknown."""
    if command.purpose not in told.CHANNELS:
        raise Refused("not_a_green_channel", "该用途不是绿色通道，请改用待遇核验。", status=422)
    day = a_day(tx, command.on)
    moment = _law(tx)
    found = _find(
        tx, [command.code], by="code", purpose=command.purpose, day=day, moment=moment
    ).get(1)
    if found is None:
        raise Refused("unit_not_found", told.UNKNOWN_SAYS, status=404)
    clause = found.clause or _clause_for(moment, command.purpose)
    return GreenChannelAnswer(
        code=command.code,
        unit_id=found.unit_id,
        name=found.name,
        purpose=command.purpose,
        on=day,
        green_channel=found.entitled,
        reason=found.reason,
        clause=clause,
        lease_until=found.lease_until,
    )


def _law(tx: Tx) -> Moment:
    node = tx.actor.node if tx.actor.node not in ("", "000000") else settings().region
    moment = moment_of(tx, node)
    if moment is None:
        raise Refused("pack_not_activated", f"{node} 尚未启用政策包，待遇无从核验。", status=409)
    return moment


def _find(
    tx: Tx, asked: list[str], *, by: str, purpose: Purpose, day: date, moment: Moment
) -> dict[int, Found]:
    node = tx.actor.node
    if day >= tx.today or purpose in told.ALWAYS_ALLOWED:
        rows = checks.list_today(tx.session, asked, by=by, purpose=purpose, node=node)
        return _today(rows, purpose, tx.now)
    benefits = told.purposes_of(moment.pack).get(purpose, [])
    rows = checks.list_past(tx.session, asked, by=by, benefits=benefits, day=day, node=node)
    return _past(rows, purpose, terms.reduced_factor(moment.pack, day))


def _today(rows: list[Any], purpose: Purpose, now: datetime) -> dict[int, Found]:
    found: dict[int, Found] = {}
    is_free = purpose in told.ALWAYS_ALLOWED
    none_says = told.NO_CHANNEL_SAYS if purpose in told.CHANNELS else told.NO_ROW_SAYS
    for row in rows:
        n, unit_id, code, name, held, _, closed_on, status, entitled, factor, *rest = row
        if unit_id is None or (n in found and closed_on is not None):
            continue
        clause, reason, lease_until = rest
        if is_free:
            status, entitled, factor, reason = "normal", False, "1", told.ALWAYS_SAYS
        elif status is None:
            status, entitled, factor = "normal", False, "1"
            clause, reason = "", told.HELD_SAYS if held else none_says
        elif entitled and lease_until < now:
            status, entitled, factor, reason = "normal", False, "1", told.LAPSED_SAYS
        found[n] = Found(
            unit_id, code, name, status, entitled, factor, held, reason, clause, lease_until
        )
    return found


def _past(rows: list[Any], purpose: Purpose, factor: str) -> dict[int, Found]:
    """The best right that was active on the day, per unit; else why there was none."""
    found: dict[int, Found] = {}
    order = {"exempt": 0, "reduced": 1, "": 2}
    none_says = told.NO_CHANNEL_SAYS if purpose in told.CHANNELS else told.NO_ROW_SAYS
    for row in sorted(rows, key=lambda r: (r.state != "active", order.get(r.degree or "", 2))):
        if row.unit_id is None or row.n in found:
            continue
        is_active = row.state == "active"
        status = (row.degree or "normal") if is_active else "normal"
        found[row.n] = Found(
            unit_id=row.unit_id,
            code=row.code,
            name=row.name,
            status=status,
            entitled=is_active,
            factor={"exempt": "0", "reduced": factor}.get(status, "1"),
            held=row.state == "suspended",
            reason=row.why or none_says,
            clause=row.clause or "",
            lease_until=None,
        )
    return found


def _teller(
    command: EntitlementChecks, later: str, moment: Moment, wordings: dict[str, str]
) -> Callable[[Found, str], dict[str, Any]]:
    """A function from what was found to the item as answered; wordings are noted once."""
    purpose = command.purpose.value
    default = _clause_for(moment, command.purpose)
    factors: dict[Any, str] = {}

    def tell(found: Found, _asked: str) -> dict[str, Any]:
        clause = found.clause or default
        if clause not in wordings:
            known = moment.pack.clauses.get(clause)
            wordings[clause] = known.wording if known else ""
        factor = factors.get(found.factor)
        if factor is None:
            factor = factors[found.factor] = terms.plain(found.factor)
        until = found.lease_until
        return {
            "unit_id": found.unit_id,
            "code": found.code,
            "name": found.name,
            "purpose": purpose,
            "known": True,
            "may_inspect": found.status != "exempt",
            "status": found.status,
            "entitled": found.entitled,
            "factor": factor,
            "held": found.held,
            "reason": found.reason + later,
            "clause": clause,
            "wording": wordings[clause] if command.with_wording else "",
            "lease_until": until.isoformat() if until else None,
        }

    return tell


def _unknown(command: EntitlementChecks, by: str, asked: str) -> dict[str, Any]:
    return {
        "unit_id": asked if by == "unit" else "",
        "code": asked if by == "code" else "",
        "name": "",
        "purpose": command.purpose.value,
        "known": False,
        "may_inspect": True,
        "status": "normal",
        "entitled": False,
        "factor": "1",
        "held": False,
        "reason": told.UNKNOWN_SAYS,
        "clause": "",
        "wording": "",
        "lease_until": None,
    }


def _clause_for(moment: Moment, purpose: Purpose) -> str:
    """The clause that speaks of a purpose; for complaint visits that of the exemption itself."""
    routine = {
        Purpose.LABOUR_INSPECTION_COMPLAINT: Purpose.LABOUR_INSPECTION_ROUTINE,
        Purpose.SOCIAL_INSURANCE_AUDIT_COMPLAINT: Purpose.SOCIAL_INSURANCE_AUDIT_ROUTINE,
    }.get(purpose, purpose)
    speaks = [b for b in moment.pack.benefits.values() if routine in b.purposes]
    speaks.sort(key=lambda b: b.degree != "exempt")
    return speaks[0].clause if speaks else ""
