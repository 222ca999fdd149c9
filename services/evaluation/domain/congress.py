"""The vote of a workers' congress or assembly (NB23 二(二); standards 5.5; A-10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from shared.contracts.refusals import Refused
from shared.contracts.scalars import UnitKind


class Meeting(StrEnum):
    """What kind of meeting decided; the last two only where A-10 allows them."""

    WORKERS_CONGRESS = "workers_congress"
    WORKERS_ASSEMBLY = "workers_assembly"
    OWN_BODY = "own_body"
    NOT_APPLICABLE = "not_applicable"


MEETING_TEXT = {
    Meeting.WORKERS_CONGRESS: "职工代表大会",
    Meeting.WORKERS_ASSEMBLY: "职工大会",
    Meeting.OWN_BODY: "本单位议事机构会议",
    Meeting.NOT_APPLICABLE: "不适用",
}

_NEEDS_WORKERS = {UnitKind.ENTERPRISE, UnitKind.SITE}


@dataclass(frozen=True, slots=True)
class VoteRule:
    """Shares of all members: how many must be present, more than how many must agree.

    No document of the programme prints them; the pack's settings give the usual rule.
    """

    quorum: Fraction = Fraction(2, 3)
    majority: Fraction = Fraction(1, 2)


USUAL = VoteRule()


def congress_ok(present: int, total: int, yes: int, rule: VoteRule = USUAL) -> bool:
    """Two thirds of all members present and more than half of all (not of those present) agree."""
    return present >= rule.quorum * total and yes > rule.majority * total


def meeting_of(text: str) -> Meeting:
    """The kind of meeting; Refused 422 pointing at the field for any other word."""
    try:
        return Meeting(text)
    except ValueError:
        says = f"会议类型「{text}」不在范围内，应为{'、'.join(MEETING_TEXT.values())}之一"
        raise _wrong("meeting_unknown", says, "/meeting") from None


def check_meeting(meeting: Meeting, kind: str, reason: str) -> None:
    """Refuse a meeting that this kind of unit may not use, or an unexplained 不适用 (A-10)."""
    if meeting in {Meeting.OWN_BODY, Meeting.NOT_APPLICABLE} and kind in _NEEDS_WORKERS:
        says = "企业和工地项目须经职工代表大会或职工大会讨论通过，请选择这两类会议之一"
        raise _wrong("congress_resolution_required", says, "/meeting")
    if meeting is Meeting.NOT_APPLICABLE and not reason.strip():
        says = "选择「不适用」时须写明理由，供受理机构审核"
        raise _wrong("reason_required", says, "/reason")


def check_votes(*, total: int, present: int, yes: int) -> None:
    """Refuse numbers that cannot be: more votes than members, more present than there are."""
    rows = []
    if total < 1:
        rows.append(("/members_total", f"应到人数为{total}，须大于零"))
    if not 0 <= present <= total:
        rows.append(("/present", f"实到{present}人，应在零至应到{total}人之间"))
    if not 0 <= yes <= present:
        more = f"，也多于应到{total}人" if yes > total else ""
        rows.append(("/yes", f"赞成{yes}票，不能多于实到{present}人{more}"))
    if rows:
        errors = [{"pointer": pointer, "says": says} for pointer, says in rows]
        says = "；".join(says for _, says in rows) + "。请核对会议记录后重新填写"
        raise Refused("votes_impossible", says, "", 422, errors)


def vote_says(present: int, total: int, yes: int, rule: VoteRule = USUAL) -> str:
    """Whether the vote carries, in one sentence with its numbers."""
    quorum = "达到" if present >= rule.quorum * total else "未达到"
    carried = "超过" if yes > rule.majority * total else "未超过"
    verdict = "通过" if congress_ok(present, total, yes, rule) else "未通过"
    there = f"应到{total}人，实到{present}人，{quorum}应到人数的{rule.quorum}"
    return f"{there}；赞成{yes}票，{carried}应到人数的{rule.majority}：{verdict}"


def _wrong(code: str, says: str, pointer: str) -> Refused:
    return Refused(code, says, "", 422, [{"pointer": pointer, "says": says}])
