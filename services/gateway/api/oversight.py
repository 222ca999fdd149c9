"""Agencies and what they sent, review, holds, exit cases, plaques to return, check campaigns."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, KEYS, REVIEWER, SEATS, Door
from shared.contracts import oversight as o
from shared.contracts import oversight_checks as checks
from shared.contracts import oversight_feed as feed
from shared.contracts.oversight_answers import (
    CasePage,
    CaseWhole,
    ConfirmAnswer,
    Figures,
    LiftAnswer,
    Minutes,
    PlaqueTaskPage,
    PublicationView,
    ReviewItemWhole,
    ReviewPage,
    TaskList,
)

_CASE = "/cases/{case_id}"
_REVIEW = "/reviews/{trigger_id}"
_CAMPAIGN = "/campaigns/{campaign_id}"
_WATCH = ("admin", "security", "auditor", "liaison", "agency", "clerk", "reviewer", "system")

DOORS = (
    Door("GET", "/triggers", feed.ListTriggers, "机构触发事件", ANYONE),
    Door(
        "GET", "/triggers/{trigger_id}", feed.GetTrigger, "查看触发事件", ANYONE, feed.TriggerWhole
    ),
    Door(
        "GET",
        "/receipts/{agency}/{event_id}",
        feed.FindReceipt,
        "查回执",
        _WATCH,
        feed.SignedReceipt,
    ),
    Door("GET", "/receipt-key", feed.GetReceiptKey, "回执公钥", ANYONE, feed.ReceiptKey),
    Door("GET", "/agencies", feed.ListAgencies, "对接机构", _WATCH),
    Door("POST", "/agencies", feed.AddAgency, "登记对接机构", KEYS, status=201),
    Door("POST", "/agencies/{agency}/keys", feed.AddAgencyKey, "登记签名公钥", KEYS, status=201),
    Door("POST", "/agency-keys/{kid}/revocation", feed.RevokeAgencyKey, "吊销签名公钥", KEYS),
    Door("POST", "/agencies/{code}/revocation", feed.RevokeAgency, "停止机构对接", KEYS),
    Door("GET", "/unmatched-events", feed.ListUnmatched, "未匹配到单位的事件", _WATCH),
    Door("GET", "/inbox", feed.ListInbox, "来件台账", (*KEYS, "auditor")),
    Door("POST", "/inbox/{inbox_id}/replay", feed.ReplayInbox, "重新研判来件", KEYS),
    Door("GET", "/feed-alarms", feed.ListFeedAlarms, "对接告警", _WATCH),
    Door("GET", "/reviews", o.ListReview, "待核实的触发事件", ANYONE, ReviewPage),
    Door("GET", _REVIEW, o.GetReviewItem, "查看待核实事件", ANYONE, ReviewItemWhole),
    Door("POST", _REVIEW + "/confirmation", o.ConfirmTrigger, "核实属实", CLERK, ConfirmAnswer),
    Door("POST", _REVIEW + "/dismissal", o.DismissTrigger, "核实不属实", CLERK, LiftAnswer),
    Door("POST", "/holds/{hold_id}/lifting", o.LiftHold, "解除一项暂停", CLERK, LiftAnswer),
    Door("GET", "/cases", o.ListCases, "退出案件", ANYONE, CasePage),
    Door("POST", "/cases", o.OpenCase, "启动退出程序", CLERK, CaseWhole, status=201),
    Door("GET", _CASE, o.GetCase, "查看退出案件", ANYONE, CaseWhole),
    Door("POST", _CASE + "/statement", o.RecordStatement, "记录单位陈述", CLERK, CaseWhole),
    Door("POST", _CASE + "/statement-waiver", o.WaiveStatement, "单位放弃陈述", CLERK, CaseWhole),
    Door("POST", _CASE + "/opinions", o.RecordOpinion, "发表三方意见", SEATS, CaseWhole),
    Door("POST", _CASE + "/decision", o.DecideCase, "会商结论", REVIEWER, CaseWhole),
    Door("POST", _CASE + "/notes", o.AddCaseNote, "案件附注或申诉", ANYONE, CaseWhole),
    Door("GET", _CASE + "/minutes", o.GetMinutes, "会商纪要", ANYONE, Minutes),
    Door(
        "POST",
        _CASE + "/publication",
        o.PublishRemoval,
        "向社会公布取消",
        REVIEWER,
        PublicationView,
    ),
    Door("GET", "/removals", o.ListPublications, "已公布的取消", ANYONE),
    Door("GET", "/plaque-tasks", o.ListPlaqueTasks, "待收回铭牌", ANYONE, PlaqueTaskPage),
    Door("GET", "/tasks/oversight", o.ListTasks, "监督待办", ANYONE, TaskList),
    Door("GET", "/figures/oversight", o.GetFigures, "监督数字", ANYONE, Figures),
    Door("GET", "/campaigns", checks.ListCampaigns, "检查活动", ANYONE, checks.CampaignPage),
    Door(
        "POST",
        "/campaigns",
        checks.OpenCampaign,
        "发起检查活动",
        CLERK,
        checks.CampaignWhole,
        status=201,
    ),
    Door("GET", _CAMPAIGN, checks.GetCampaign, "查看检查活动", ANYONE, checks.CampaignWhole),
    Door(
        "POST",
        _CAMPAIGN + "/draw",
        checks.DrawCampaign,
        "抽取检查对象",
        CLERK,
        checks.CampaignWhole,
    ),
    Door(
        "POST",
        _CAMPAIGN + "/units",
        checks.AddCampaignUnit,
        "增加检查对象",
        CLERK,
        checks.CampaignWhole,
    ),
    Door(
        "POST",
        _CAMPAIGN + "/results",
        checks.RecordCheck,
        "登记检查结果",
        CLERK,
        checks.CampaignWhole,
    ),
    Door(
        "POST",
        _CAMPAIGN + "/closure",
        checks.CloseCampaign,
        "办结检查活动",
        CLERK,
        checks.CampaignWhole,
    ),
)
