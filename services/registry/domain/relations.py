"""How units may belong together: which kinds a relation ties, and how many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.contracts.refusals import Refused
from shared.contracts.scalars import kind_text
from shared.policy.programme import Relation

Held = Iterable[Mapping[Any, Any]]

LEADER = "contractor"  # a relation of this name is kept in step with the entry's leader code


@dataclass(frozen=True, slots=True)
class Term:
    """From a first day on; `until_on` None: with no known end. Two may meet on one day."""

    begins_on: date
    until_on: date | None

    def meets(self, other: Mapping[Any, Any]) -> bool:
        """Whether a relation on record stands on a day within this term."""
        ends, theirs = self.until_on or date.max, other["until_on"] or date.max
        return self.begins_on < theirs and other["begins_on"] < ends


def check_term(term: Term, today: date) -> None:
    """422 for a term that ends before it begins, or begins in the future."""
    if term.until_on is not None and term.until_on < term.begins_on:
        says = f"结束日期 {term.until_on} 早于开始日期 {term.begins_on}：请核对"
        raise _invalid("until_on", says)
    if term.begins_on > today:
        raise _invalid("begins_on", f"开始日期 {term.begins_on} 晚于今天：关系成立之后再登记")


def check_kinds(rule: Relation, one: Mapping[Any, Any], other: Mapping[Any, Any]) -> None:
    """422 when the relation does not tie units of these kinds."""
    if one["kind"] not in rule.from_kinds:
        says = f"{kind_text(one['kind'])}不能登记“{rule.says}”：可以是{_kinds(rule.from_kinds)}"
        raise _invalid("unit_id", says, rule.clause)
    if other["kind"] not in rule.to_kinds:
        says = f"“{rule.says}”不能指向{kind_text(other['kind'])}：可以是{_kinds(rule.to_kinds)}"
        raise _invalid("to_unit_id", says, rule.clause)
    if one["unit_id"] == other["unit_id"]:
        raise _invalid("to_unit_id", "单位不能与自己建立关系：请另选一个单位", rule.clause)


def check_room(rule: Relation, term: Term, *, between: Held, mine: Held, theirs: Held) -> None:
    """409 with the clause when the term meets one that leaves no room for it.

    Relations of this kind on record: `between` the two, `mine` of the unit that belongs, `theirs`
    of the one it belongs to.
    """
    if any(term.meets(held) for held in between):
        says = f"两个单位之间已登记“{rule.says}”：不必重复登记"
        raise Refused("relation_exists", says, clause=rule.clause)
    for held, limited, why in (
        (mine, rule.single, "该单位同时只能有一个"),
        (theirs, rule.one_per_other, "对方同时只能有一个"),
    ):
        met = next((one for one in held if limited and term.meets(one)), None)
        if met is not None:
            raise taken(rule, why, met)


def check_end(until_on: date, begins_on: date, today: date) -> None:
    """422 for a last day in the future or before the first."""
    if until_on > today:
        raise _invalid("until_on", f"终止日期 {until_on} 晚于今天：请核对")
    if until_on < begins_on:
        raise _invalid("until_on", f"终止日期 {until_on} 早于开始日期 {begins_on}：请核对")


def taken(
    rule: Relation, why: str = "同时只能有一个", held: Mapping[Any, Any] | None = None
) -> Refused:
    """There is one already; `held` is the one, where it is known."""
    told = ""
    if held is not None:
        until = f"至 {held['until_on']}" if held["until_on"] else "至今"
        told = f"（自 {held['begins_on']} {until}）"
    says = f"{why}“{rule.says}”，现已登记一个{told}：请先终止原有的一个，再登记新的"
    return Refused("relation_taken", says, clause=rule.clause)


def _kinds(kinds: Iterable[str]) -> str:
    return "、".join(kind_text(kind) for kind in kinds)


def _invalid(field: str, says: str, clause: str = "") -> Refused:
    return Refused(
        "relation_invalid",
        says,
        clause=clause,
        status=422,
        errors=[{"pointer": f"/{field}", "says": says}],
    )
