"""A unit's work: items with parts, each with a state; what "done" cannot do without."""

from __future__ import annotations

from collections.abc import Mapping

from services.registry.domain.record_fields import Fault, Values, missing_for
from shared.policy.programme import WorkItem
from shared.policy.words import WORK_STATES

TEXT = {"open": "未开始", "doing": "进行中", "done": "已完成"}
OPEN, DONE = WORK_STATES[0], WORK_STATES[-1]


def parts_of(item: WorkItem, said: Mapping[str, str]) -> dict[str, str]:
    """The state of every part; one nobody has spoken of is open."""
    return {part.id: said.get(part.id, OPEN) for part in item.parts}


def faults_of(
    item: WorkItem, state: str, parts: Mapping[str, str], values: Values
) -> list[tuple[str, str]]:
    """What is wrong with an item as it would stand, by pointer."""
    errors: list[tuple[str, str]] = []
    known = {part.id: part.says for part in item.parts}
    if state not in WORK_STATES:
        errors.append(("/state", f"没有状态“{state}”：可用{'、'.join(TEXT.values())}"))
    for part, of_part in parts.items():
        if part not in known:
            errors.append((f"/parts/{part}", f"“{item.name}”没有“{part}”这一项：请核对"))
        elif of_part not in WORK_STATES:
            errors.append((f"/parts/{part}", f"“{known[part]}”没有状态“{of_part}”"))
        elif state == DONE and of_part != DONE:
            says = f"“{known[part]}”还是{TEXT[of_part]}，整项不能标记已完成"
            errors.append((f"/parts/{part}", says))
    return errors + [_pointed(fault) for fault in missing_for(item.fields, values, state)]


def _pointed(fault: Fault) -> tuple[str, str]:
    return f"/values/{fault.name}", fault.says
