"""How far a unit is in the programme: from the register to a title. Worked out, never typed in.

A stage is the furthest thing that stands now, read from the unit's standing, its cases in
evaluation, its cultivation and its titles. The database works it out at each of their changes
(function stage_of in 0006), so that no way of changing one of them leaves it behind.
"""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The stages in their order; each is reached through an act somebody recorded."""

    REGISTERED = "registered"
    COMMITTED = "committed"
    ASSESSING = "assessing"
    ASSESSED = "assessed"
    APPLIED = "applied"
    REVIEWING = "reviewing"
    RECOGNISED = "recognised"
    CULTIVATING = "cultivating"
    NOMINATED = "nominated"
    TITLED = "titled"


TEXT = {
    Stage.REGISTERED: "已登记",
    Stage.COMMITTED: "已参加创建",
    Stage.ASSESSING: "自我评价中",
    Stage.ASSESSED: "已自我评价",
    Stage.APPLIED: "已申请认定",
    Stage.REVIEWING: "评估审核中",
    Stage.RECOGNISED: "已认定",
    Stage.CULTIVATING: "培育中",
    Stage.NOMINATED: "已申报命名",
    Stage.TITLED: "已命名",
}
