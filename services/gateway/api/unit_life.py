"""Relations, members, marks, merging, moving and reopening of units; likely doubles."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, PUBLIC, Door
from shared.contracts import registry_units as about
from shared.contracts.registry_answers import UnitView
from shared.contracts.registry_units_answers import (
    DoublePage,
    DoubleView,
    MarkView,
    MemberPage,
    MoveView,
    PublicUnitPage,
    RelationView,
    UnitFormsView,
)

_ONE = "/units/{unit_id}"

DOORS = (
    Door(
        "GET", "/unit-forms", about.UnitForms, "本办法的单位类型、关系和标记", ANYONE, UnitFormsView
    ),
    Door("GET", _ONE + "/relations", about.ListRelations, "单位关系", ANYONE),
    Door(
        "POST", _ONE + "/relations", about.Relate, "登记单位关系", CLERK, RelationView, status=201
    ),
    Door(
        "POST",
        "/relations/{relation_id}/end",
        about.EndRelation,
        "终止单位关系",
        CLERK,
        RelationView,
    ),
    Door("GET", _ONE + "/members", about.ListMembers, "所属单位及其创建进展", ANYONE, MemberPage),
    Door("GET", _ONE + "/marks", about.ListMarks, "单位标记", ANYONE),
    Door("POST", _ONE + "/marks", about.SetMark, "标记单位", CLERK, MarkView, status=201),
    Door("POST", "/marks/{mark_id}/end", about.EndMark, "取消标记", CLERK, MarkView),
    Door("POST", _ONE + "/merging", about.MergeUnit, "并入另一单位（重复登记）", CLERK, UnitView),
    Door("POST", _ONE + "/move", about.MoveUnit, "迁移到另一办公室辖区", CLERK, UnitView),
    Door("POST", _ONE + "/reopening", about.ReopenUnit, "恢复登记", CLERK, UnitView),
    Door(
        "GET",
        "/unit-moves",
        about.ListMoves,
        "迁入本辖区、待知悉的单位",
        CLERK,
        fixed={"unit_id": ""},
    ),
    Door("GET", _ONE + "/moves", about.ListMoves, "单位迁移记录", ANYONE),
    Door("POST", "/unit-moves/{move_id}/note", about.NoteMove, "知悉迁入单位", CLERK, MoveView),
    Door("GET", "/duplicates", about.ListDoubles, "疑似重复的单位", CLERK, DoublePage),
    Door(
        "POST",
        "/duplicates/{double_id}/decision",
        about.DecideDouble,
        "判断是否同一单位",
        CLERK,
        DoubleView,
    ),
)

PUBLIC_DOORS = (
    Door(
        "GET",
        "/units/{kind}",
        about.PublicUnits,
        "公开的单位名单（如服务站点）",
        PUBLIC,
        PublicUnitPage,
    ),
)
