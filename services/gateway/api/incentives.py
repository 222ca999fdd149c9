"""Entitlements as leases, checks for planners and counters, calls, services, visits, subsidies."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, PLANNER, UNIT, Door
from shared.contracts import incentives as i
from shared.contracts.incentives_answers import (
    AwardList,
    CallSheet,
    EntitlementCheckList,
    EntitlementPage,
    Given,
    GreenChannelAnswer,
    VisitPlan,
)

DOORS = (
    Door(
        "POST",
        "/entitlement-checks",
        i.EntitlementChecks,
        "成批核对：能否安排这次检查",
        PLANNER,
        EntitlementCheckList,
    ),
    Door("GET", "/green-channel", i.GreenChannel, "是否享有绿色通道", PLANNER, GreenChannelAnswer),
    Door("GET", "/entitlements", i.ListEntitlements, "待遇清单", ANYONE, EntitlementPage),
    Door("GET", "/award-nominations", i.AwardNominations, "优先推荐名单", ANYONE, AwardList),
    Door("POST", "/labour-needs", i.DeclareLabourNeed, "申报用工需求", UNIT, Given, status=201),
    Door("POST", "/labour-needs/withdrawal", i.WithdrawLabourNeed, "撤回用工需求", UNIT, Given),
    Door("POST", "/benefits/widening", i.WidenBenefit, "将措施扩大到单位", CLERK, Given),
    Door("GET", "/calls", i.ListCalls, "活动名额", ANYONE),
    Door("POST", "/calls", i.OpenCall, "发起活动名额", CLERK, Given, status=201),
    Door("GET", "/calls/{call_id}", i.ExportCall, "活动名额及报名", ANYONE, CallSheet),
    Door("POST", "/calls/{call_id}/applications", i.ApplyToCall, "报名", UNIT, Given, status=201),
    Door("POST", "/calls/{call_id}/allocation", i.AllocateCall, "分配名额", CLERK),
    Door("POST", "/subsidies", i.RecordSubsidy, "登记补贴申请及结果", CLERK, Given, status=201),
    Door("POST", "/contacts", i.AssignContact, "指定点对点联系人", CLERK, Given, status=201),
    Door("GET", "/contacts/missing", i.ContactsMissing, "尚无联系人的示范企业", CLERK),
    Door("GET", "/diagnoses", i.ReadDiagnoses, "一对一诊断", ANYONE),
    Door("POST", "/diagnoses", i.RecordDiagnosis, "登记一对一诊断", CLERK, Given, status=201),
    Door("GET", "/service-requests", i.ServiceQueue, "服务请求", CLERK),
    Door("POST", "/service-requests", i.RequestService, "提出服务请求", UNIT, Given, status=201),
    Door(
        "POST",
        "/legal-service-requests",
        i.RequestLegalService,
        "提出公共法律服务请求",
        UNIT,
        status=201,
    ),
    Door(
        "POST",
        "/service-requests/{request_id}/closure",
        i.CloseService,
        "办结服务请求",
        CLERK,
        Given,
    ),
    Door("GET", "/visits/due/{year}", i.VisitsDue, "年度应走访单位", CLERK, VisitPlan),
    Door("POST", "/visits", i.PlanVisit, "安排走访", CLERK, Given, status=201),
    Door("POST", "/visits/made", i.LogVisit, "登记走访", CLERK, Given, status=201),
    Door("POST", "/barriers/incentives", i.Barrier, "激励服务听到哪里（运维）", ANYONE),
)
