"""Units: the register's entries, imports, commitments, cultivation, and what concerns one unit."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, REVIEWER, UNIT, Door
from shared.contracts import (
    evaluation,
    evaluation_round,
    incentives,
    oversight,
    registry,
    registry_acts,
)
from shared.contracts.evaluation_answers import StandardView
from shared.contracts.evaluation_round_answers import StandingView
from shared.contracts.incentives_answers import UnitBenefitSheet
from shared.contracts.oversight_answers import Timeline, UnitHolds
from shared.contracts.registry_answers import (
    CommitmentView,
    CultivationView,
    ImportReport,
    UnitCounts,
    UnitPage,
    UnitView,
)

_ONE = "/units/{unit_id}"

DOORS = (
    Door("GET", "/units", registry.FindUnits, "查询单位", ANYONE, UnitPage),
    Door("POST", "/units", registry.RegisterUnit, "登记单位", CLERK, UnitView, status=201),
    Door("GET", "/unit-counts", registry.CountUnits, "单位数量", ANYONE, UnitCounts),
    Door("GET", "/unit-exports", registry.ExportUnits, "成批导出单位", ANYONE, UnitPage),
    Door(
        "GET",
        "/units/by-code/{code}",
        registry.GetUnit,
        "按代码查单位",
        ANYONE,
        UnitView,
        fixed={"unit_id": ""},
    ),
    Door("GET", _ONE, registry.GetUnit, "查看单位", ANYONE, UnitView, fixed={"code": ""}),
    Door("PUT", _ONE, registry.AmendUnit, "变更单位登记", CLERK, UnitView),
    Door("POST", _ONE + "/closure", registry.CloseUnit, "注销单位登记", CLERK, UnitView),
    Door("GET", _ONE + "/timeline", registry_acts.UnitTimeline, "单位大事记（登记与荣誉）", ANYONE),
    Door(
        "GET",
        _ONE + "/evaluation-timeline",
        evaluation_round.ReadTimeline,
        "单位大事记（评价）",
        ANYONE,
    ),
    Door("GET", _ONE + "/incentives-timeline", incentives.Timeline, "单位大事记（激励）", ANYONE),
    Door(
        "GET",
        _ONE + "/oversight-timeline",
        oversight.GetTimeline,
        "单位大事记（监督）",
        ANYONE,
        Timeline,
    ),
    Door(
        "GET",
        _ONE + "/standing",
        evaluation_round.ReadStanding,
        "单位在创建年度中的位置",
        ANYONE,
        StandingView,
    ),
    Door(
        "GET", _ONE + "/standard", evaluation.ReadStandard, "单位适用的标准", ANYONE, StandardView
    ),
    Door(
        "GET",
        _ONE + "/benefits",
        incentives.UnitBenefits,
        "单位激励措施及理由",
        ANYONE,
        UnitBenefitSheet,
    ),
    Door("GET", _ONE + "/entitlements", incentives.Entitlements, "单位享受的待遇", ANYONE),
    Door("GET", _ONE + "/holds", oversight.GetUnitHolds, "单位被暂停的事由", ANYONE, UnitHolds),
    Door("GET", "/imports", registry.ListImports, "导入批次", CLERK),
    Door(
        "POST",
        "/imports",
        registry.StageImport,
        "分批送入待导入的行",
        CLERK,
        ImportReport,
        status=201,
    ),
    Door("GET", "/imports/{import_id}", registry.GetImport, "导入试运行结果", CLERK, ImportReport),
    Door(
        "POST",
        "/imports/{import_id}/confirmation",
        registry.ConfirmImport,
        "另一人确认导入",
        CLERK,
        ImportReport,
    ),
    Door(
        "POST",
        "/imports/{import_id}/discarding",
        registry.DiscardImport,
        "放弃导入",
        CLERK,
        ImportReport,
    ),
    Door(
        "POST",
        "/participations",
        registry_acts.JoinProgramme,
        "列为参加创建（没有承诺书环节的地方）",
        CLERK,
        registry_acts.Joined,
    ),
    Door("GET", "/commitments", registry_acts.ListCommitments, "创建承诺书", ANYONE),
    Door(
        "POST",
        "/commitments",
        registry_acts.SubmitCommitment,
        "提交创建承诺书",
        UNIT,
        CommitmentView,
        status=201,
    ),
    Door(
        "POST",
        "/commitments/{commitment_id}/acceptance",
        registry_acts.AcceptCommitment,
        "受理创建承诺",
        CLERK,
        CommitmentView,
    ),
    Door(
        "POST",
        "/commitments/{commitment_id}/return",
        registry_acts.ReturnCommitment,
        "退回创建承诺",
        CLERK,
        CommitmentView,
    ),
    Door(
        "GET",
        _ONE + "/cultivation",
        registry_acts.GetCultivation,
        "培育档案",
        ANYONE,
        CultivationView,
    ),
    Door(
        "POST",
        _ONE + "/cultivation",
        registry_acts.StartCultivation,
        "列入培育",
        CLERK,
        CultivationView,
        status=201,
    ),
    Door(
        "POST",
        _ONE + "/recognition-withdrawal",
        evaluation.WithdrawRecognition,
        "撤回和谐劳动关系单位认定",
        REVIEWER,
    ),
)
