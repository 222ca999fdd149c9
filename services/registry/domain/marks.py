"""Marks officers put on units: on which kinds, with which value, from which day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.contracts.refusals import Refused
from shared.contracts.scalars import kind_text
from shared.policy.programme import UnitMark

LONGEST_VALUE = 40


def value_of(rule: UnitMark, unit: Mapping[Any, Any], value: str) -> tuple[str, str]:
    """The mark's value and its word; 422 when the pack has no such mark for this unit.

    A mark without values of its own takes none, or a short one of the officer's (a batch number).
    """
    if rule.kinds and unit["kind"] not in rule.kinds:
        known = "、".join(kind_text(kind) for kind in rule.kinds)
        says = f"{kind_text(unit['kind'])}不能标记“{rule.says}”：可标记{known}"
        raise _invalid("mark", says, rule)
    given = value.strip()
    if not rule.values:
        if len(given) > LONGEST_VALUE:
            says = f"“{rule.says}”的内容有 {len(given)} 字，最多 {LONGEST_VALUE} 字：请精简"
            raise _invalid("value", says, rule)
        return given, given
    for item in rule.values:
        if given in (item.id, item.says):
            return item.id, item.says
    known = "、".join(item.says for item in rule.values)
    told = f"“{given}”不在可选范围" if given else "没有选择"
    raise _invalid("value", f"“{rule.says}”{told}：可选{known}", rule)


def check_since(since: date, today: date, before: Mapping[Any, Any] | None) -> None:
    """422 for a day in the future, or before the day of the value it follows."""
    if since > today:
        raise _day("since", f"标记日期 {since} 晚于今天：请核对")
    if before is not None and since < before["since"]:
        says = f"标记日期 {since} 早于现有标记的日期 {before['since']}：请核对"
        raise _day("since", says)


def check_until(until_on: date, today: date, since: date) -> None:
    """422 for a last day in the future or before the first."""
    if until_on > today:
        raise _day("until_on", f"取消日期 {until_on} 晚于今天：请核对")
    if until_on < since:
        raise _day("until_on", f"取消日期 {until_on} 早于标记日期 {since}：请核对")


def _day(field: str, says: str) -> Refused:
    return Refused("day_invalid", says, status=422, errors=[{"pointer": f"/{field}", "says": says}])


def _invalid(field: str, says: str, rule: UnitMark) -> Refused:
    return Refused(
        "mark_invalid",
        says,
        clause=rule.clause,
        status=422,
        errors=[{"pointer": f"/{field}", "says": says}],
    )
