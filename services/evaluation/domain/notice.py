"""Public notice (公示): when it ends, who may look into an objection (standards 5.2; A-13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.evaluation.domain.stages import ObjectionStage
from shared.contracts.refusals import Refused

OUTCOMES = {
    "upheld": ObjectionStage.UPHELD,
    "partly": ObjectionStage.PARTLY,
    "unfounded": ObjectionStage.UNFOUNDED,
}


def is_finished(ends_on: date, today: date) -> bool:
    """A notice is over the day after its last day."""
    return today > ends_on


def check_objection(*, objector_kind: str, name: str, signed: bool, content: str) -> None:
    """A person signs, a unit seals, both name themselves; an anonymous tip needs its content."""
    errors = []
    if objector_kind not in {"person", "unit", "anonymous"}:
        errors.append(("/objector_kind", "异议人类别应为个人、单位或匿名"))
    if not content.strip():
        errors.append(("/content", "请写明异议的具体事实"))
    if objector_kind in {"person", "unit"}:
        if not name.strip():
            errors.append(("/objector_name", "实名异议须填写姓名或单位名称"))
        if not signed:
            how = "加盖公章" if objector_kind == "unit" else "本人签名"
            errors.append(("/signed", f"实名异议须{how}"))
    if errors:
        rows = [{"pointer": pointer, "says": says} for pointer, says in errors]
        raise Refused("objection_incomplete", errors[0][1], "", 422, rows)


def check_investigator(investigator: str, recommenders: Iterable[str]) -> None:
    """Whoever recommended a candidate does not look into an objection against it."""
    if investigator in set(recommenders):
        says = "您参与过该候选单位的推荐或审核，不能调查对它的异议，请由其他人员办理"
        raise Refused("investigator_recommended", says)


def outcome_of(outcome: str, effect: str, finding: str) -> ObjectionStage:
    """The stage a finding leads to; Refused 422 for unknown words or a finding without text."""
    errors = []
    if outcome not in OUTCOMES:
        errors.append(("/outcome", "结论应为成立、部分成立或不成立"))
    if effect not in {"keep", "remove"}:
        errors.append(("/effect", "处理应为保留或取消候选资格"))
    if outcome == "unfounded" and effect == "remove":
        errors.append(("/effect", "异议不成立的，不能取消候选资格"))
    if not finding.strip():
        errors.append(("/finding", "请写明调查情况和结论依据"))
    if errors:
        rows = [{"pointer": pointer, "says": says} for pointer, says in errors]
        raise Refused("finding_incomplete", errors[0][1], "", 422, rows)
    return OUTCOMES[outcome]
