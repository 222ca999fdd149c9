"""A task's days, ending and warnings in an officer's words."""

from __future__ import annotations

from datetime import date

from services.registry.domain.task import Closing, Due, Slot, TaskState
from shared.policy.programme import Duty

ACT_TEXT = {
    "begun": "决定本年开展",
    "closed": "办结",
    "dropped": "本年不开展",
    "reopened": "撤回办结",
    "noted": "进展",
    "assigned": "指定责任人",
}
CLOSES = {"": "hand", "plan": "plan", "report": "report", "record": "record"}
_CLOSES_TEXT = {
    "hand": "由经办人办结",
    "plan": "年度安排报备后自动办结",
    "report": "《{}》报送后自动办结",
    "record": "登记「{}」记录后自动办结",
}


def day_text(day: date) -> str:
    """A day as a document writes it."""
    return f"{day.year}年{day.month}月{day.day}日"


def due_text(duty: Duty, due: Due, *, awaits_day: bool = False) -> str:
    """The last day in words; the period as printed where there is none."""
    if awaits_day:
        return f"日期待录入，提前{duty.ahead_months}个月开始"
    if due.due_on is None or due.late_after is None:
        return duty.period or "文件未印日期"
    if duty.bare_month:
        named = due.late_after if due.late_after != due.due_on else duty.due_on
        month = f"{named.year}年{named.month}月前" if named else ""
        return f"{month}（{day_text(due.due_on)}为严格期限，{day_text(due.late_after)}后逾期）"
    if not duty.hard:
        return f"通常不晚于{day_text(due.due_on)}"
    return f"{day_text(due.due_on)}前（含当日）"


def closes_of(duty: Duty) -> tuple[str, str]:
    """What closes a duty's task: plan, report, record or hand; and the form or kind."""
    word, _, key = duty.done_by.partition(":")
    return CLOSES[word], key


def closes_text(duty: Duty, name: str) -> str:
    """How a duty's task ends, with the form's or kind's own name."""
    if duty.recurs == "continuous":
        return "持续推进，记录进展"
    return _CLOSES_TEXT[closes_of(duty)[0]].format(name)


def warning(slot: Slot, state: TaskState) -> str:
    """What to warn of: a usual or strict day that has passed is no error (A-05, A-12)."""
    due = slot.due
    if due.due_on is None or due.late_after is None:
        return ""
    if state is TaskState.PAST_USUAL:
        return f"已晚于通常时间（{day_text(due.due_on)}），仍可办理，办结时须说明理由"
    if state is TaskState.PAST_STRICT:
        return f"已过严格期限（{day_text(due.due_on)}），{day_text(due.late_after)}后记为逾期"
    return ""


def done_text(closing: Closing | None) -> str:
    """How it ended in words."""
    return closing.says if closing is not None else ""
