"""Written reports: which parts are missing, and what each state lets happen next."""

from __future__ import annotations

from collections.abc import Mapping

from shared.policy.programme import ReportForm, ReportSection

STATUS_TEXT = {
    "new": "未起草",
    "draft": "起草中",
    "submitted": "已报送，待收件",
    "returned": "已退回补充",
    "received": "已收件",
}
_OUTCOME = {
    "draft": "报告还没有报送，不能收件",
    "submitted": "报告已经报送，收件或退回之前不能改动",
    "returned": "报告已退回补充，重新报送后再收件",
    "received": "报告已经收件，不能再改动",
}


def missing_sections(form: ReportForm, sections: Mapping[str, str]) -> tuple[ReportSection, ...]:
    """The compulsory parts that nothing was written in, in the form's order."""
    return tuple(s for s in form.sections if s.required and not sections.get(s.id, "").strip())


def status_text(status: str, *, stays_here: bool = False) -> str:
    """A report's state in words; one a node keeps itself waits for its own second officer."""
    if stays_here and status == "submitted":
        return "已完成，待本级审核存档"
    return STATUS_TEXT[status]


def outcome_of(status: str) -> str:
    """Why a report in this state does not take the step asked for."""
    return _OUTCOME[status]
