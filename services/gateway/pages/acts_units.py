"""Acts about the life of units: relations, marks, merging, noting a move, reopening."""

from __future__ import annotations

from services.gateway.pages.acts import Act, Field, table
from services.gateway.pages.acts_fields import REASON
from shared.contracts import registry_units as about

_WHICH = "统一社会信用代码、项目编号、系统编号或全称"

UNIT_LIFE = table(
    Act(
        about.Relate,
        "登记单位关系",
        "登记",
        (
            Field("relation", "关系", "select", required=True),
            Field("to_unit_id", "对方单位", required=True, help=_WHICH),
            Field("begins_on", "开始日期", "date", required=True),
            Field("until_on", "结束日期", "date", help="有任期的填写；没有的留空"),
            REASON,
        ),
        done="已登记，双方的大事记中都有记录。",
        rare=True,
    ),
    Act(
        about.EndRelation,
        "终止单位关系",
        "终止",
        (
            Field("relation_id", "哪一项关系", "select", required=True),
            Field("until_on", "终止日期", "date", required=True),
            REASON,
        ),
        done="已终止，原有记录保留。",
        rare=True,
    ),
    Act(
        about.SetMark,
        "标记单位",
        "标记",
        (
            Field("mark", "标记", "select", required=True),
            Field("value", "取值", help="有类别、批次的填写，可填的值见标记名称"),
            Field("since", "日期", "date", required=True),
            REASON,
        ),
        done="已标记，可在单位列表中据以筛选。",
        rare=True,
    ),
    Act(
        about.EndMark,
        "取消标记",
        "取消标记",
        (
            Field("mark_id", "哪一项标记", "select", required=True),
            Field("until_on", "取消日期", "date", required=True),
            REASON,
        ),
        done="已取消，原有记录保留。",
        rare=True,
    ),
    Act(
        about.MergeUnit,
        "并入另一单位",
        "并入",
        (Field("into", "保留的单位", required=True, help=_WHICH), REASON),
        says="同一单位重复登记时办理：本登记注销并指向保留的单位，关系、标记、记录一并转去。"
        "名下有称号、暂停事由或在办事项的，不能并入他处。",
        tone="bad",
        done="已并入，两处的历史都在保留的单位名下。",
        rare=True,
    ),
    Act(
        about.ReopenUnit,
        "恢复登记",
        "恢复",
        (Field("reopened_on", "恢复日期", "date", required=True), REASON),
        says="恢复到注销之前的状态。",
        done="已恢复登记。",
    ),
    Act(
        about.NoteMove,
        "知悉迁入单位",
        "知悉",
        done="已知悉。",
    ),
)
