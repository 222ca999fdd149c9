"""Self-assessment against a standard: what is open, which mandatory items are in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.evaluation_answers import IndicatorResult
from shared.contracts.refusals import Refused
from shared.policy.pack import Indicator, Pack, Standard


@dataclass(frozen=True, slots=True)
class Chosen:
    """The standard of a unit and where it comes from; `plan_id` is "" for the pack's baseline."""

    standard: Standard
    plan_id: str


def choose_standard(pack: Pack, kind: str, planned: Mapping[str, str], plan_id: str) -> Chosen:
    """The standard the district's plan fixes for this kind, else the pack's (A-03).

    A plan names a standard as `id` or `id@version`. Refused when none is loaded for the kind, or
    when the plan's version is not the one in the pack: nothing is guessed.
    """
    named = planned.get(kind, "")
    if not named:
        baseline = pack.standard_for(kind)
        if baseline is None:
            says = f"「{_kind_name(pack, kind)}」尚未载入创建标准，暂不能开展自我评价"
            raise Refused("standard_not_loaded", says, pack.step_clause("recognition", "assess"))
        return Chosen(baseline, "")
    wanted, _, version = named.partition("@")
    found = pack.standards.get(wanted)
    if found is None or (version and found.version != version) or kind not in found.kinds:
        says = f"年度安排所定标准「{named}」未载入，请区（县、市）三方办核对年度安排后再办"
        raise Refused("standard_not_loaded", says, pack.step_clause("recognition", "assess"))
    return Chosen(found, plan_id)


def merged(
    standard: Standard, before: Sequence[IndicatorResult], now: Iterable[IndicatorResult]
) -> tuple[IndicatorResult, ...]:
    """The findings in the standard's order, new ones replacing old; Refused 422 for bad rows."""
    known = {i.id: i for i in standard.indicators}
    current = {r.indicator_id: r for r in before}
    errors = []
    for n, result in enumerate(now):
        item = known.get(result.indicator_id)
        if item is None:
            says = f"标准中没有指标「{result.indicator_id}」"
            errors.append({"pointer": f"/results/{n}/indicator_id", "says": says})
        elif result.finding == "na" and not item.na_allowed:
            says = f"「{item.heading}」各单位都要对照，不能填「不涉及」"
            errors.append({"pointer": f"/results/{n}/finding", "says": says})
        current[result.indicator_id] = result
    if errors:
        raise Refused("findings_wrong", errors[0]["says"], standard.clause, 422, errors)
    return tuple(current.get(i.id, IndicatorResult(indicator_id=i.id)) for i in standard.indicators)


def still_open(results: Sequence[IndicatorResult]) -> tuple[str, ...]:
    """Items without a finding."""
    return tuple(r.indicator_id for r in results if r.finding == "open")


def check_complete(standard: Standard, results: Sequence[IndicatorResult]) -> None:
    """Refused 422 with a row per item that lacks a finding, a reason or the evidence asked for."""
    items = {i.id: i for i in standard.indicators}
    errors = []
    for n, result in enumerate(results):
        says = _lacking(items[result.indicator_id], result)
        if says:
            errors.append({"pointer": f"/results/{n}", "says": says})
    if errors:
        says = f"自我评价尚未填完：{errors[0]['says']}（共{len(errors)}项）"
        raise Refused("assessment_incomplete", says, standard.clause, 422, errors)


def mandatory_not_met(
    standard: Standard, results: Sequence[IndicatorResult]
) -> tuple[Indicator, ...]:
    """Mandatory items neither met nor reasoned (partly and 不涉及 count with a written reason)."""
    by_id = {r.indicator_id: r for r in results}
    return tuple(
        item
        for item in standard.indicators
        if item.mandatory and not _stands(by_id.get(item.id, IndicatorResult(indicator_id=item.id)))
    )


def _stands(result: IndicatorResult) -> bool:
    if result.finding == "met":
        return True
    return result.finding in {"partly", "na"} and bool(result.remark.strip())


def _lacking(item: Indicator, result: IndicatorResult) -> str:
    if result.finding == "open":
        return f"「{item.heading}」尚未填写自评结果"
    if result.finding != "met" and not result.remark.strip():
        return f"「{item.heading}」未达标、部分达标或不涉及时须写明情况"
    if item.evidence and result.finding == "met" and not result.evidence:
        return f"「{item.heading}」须附证明材料"
    return ""


def _kind_name(pack: Pack, kind: str) -> str:
    known = pack.kinds.get(kind)
    return known.name if known else kind
