"""Self-assessment, resolutions, applications, rounds, nominations, notices, objections."""

from __future__ import annotations

from services.gateway.api.door import ANYONE, CLERK, PUBLIC, REVIEWER, SEATS, UNIT, Door
from shared.contracts import evaluation as e
from shared.contracts.evaluation_answers import (
    ApplicationView,
    AssessmentView,
    OpinionsView,
    ResolutionView,
)
from shared.contracts.evaluation_round import (
    ApproveNaming,
    CityReview,
    CloseRound,
    DistrictReview,
    ListNominations,
    ListNotices,
    ListObjections,
    ListRounds,
    Nominate,
    OpenRound,
    PostNotice,
    ReadMinutes,
    ReadNomination,
    ReadNotice,
    ReadObjection,
    ReadRound,
    ReadTasks,
    RecordObjection,
    RefuseNaming,
    ResolveObjection,
    StartReview,
)
from shared.contracts.evaluation_round_answers import (
    MinutesView,
    NominationView,
    NoticeView,
    ObjectionReceipt,
    ObjectionView,
    Page,
    RoundView,
)

_APP = "/applications/{application_id}"
_NOM = "/nominations/{nomination_id}"
_ROUND = "/rounds/{round_id}"

DOORS = (
    Door("GET", "/assessments", e.ListAssessments, "单位的自评", ANYONE),
    Door("POST", "/assessments", e.StartAssessment, "开始自评", UNIT, AssessmentView, status=201),
    Door(
        "GET", "/assessments/{assessment_id}", e.ReadAssessment, "查看自评", ANYONE, AssessmentView
    ),
    Door("PUT", "/assessments/{assessment_id}", e.SaveAssessment, "保存自评", UNIT, AssessmentView),
    Door(
        "POST",
        "/assessments/{assessment_id}/completion",
        e.CompleteAssessment,
        "完成自评",
        UNIT,
        AssessmentView,
    ),
    Door("GET", "/resolutions", e.ListResolutions, "单位的会议决议", ANYONE),
    Door(
        "POST", "/resolutions", e.RecordResolution, "登记会议决议", UNIT, ResolutionView, status=201
    ),
    Door("GET", "/applications", e.ListApplications, "认定申请", ANYONE, Page),
    Door(
        "POST",
        "/applications",
        e.SubmitApplication,
        "提交认定申请",
        UNIT,
        ApplicationView,
        status=201,
    ),
    Door("GET", _APP, e.ReadApplication, "查看认定申请", ANYONE, ApplicationView),
    Door("POST", _APP + "/acceptance", e.AcceptApplication, "受理申请", CLERK, ApplicationView),
    Door("POST", _APP + "/return", e.ReturnApplication, "退回补正", CLERK, ApplicationView),
    Door("POST", _APP + "/withdrawal", e.WithdrawApplication, "撤回申请", UNIT, ApplicationView),
    Door("GET", "/opinions/{case}/{case_id}", e.ReadOpinions, "三方意见", ANYONE, OpinionsView),
    Door(
        "POST", _APP + "/decision", e.DecideRecognition, "作出认定决定", REVIEWER, ApplicationView
    ),
    Door(
        "POST",
        "/recognition-notices",
        e.PostRecognitionNotice,
        "认定前公示",
        CLERK,
        NoticeView,
        status=201,
    ),
    Door("POST", "/opinions", e.RecordOpinion, "发表三方意见", SEATS, OpinionsView, status=201),
    Door("GET", "/minutes/{case}/{case_id}", ReadMinutes, "会商纪要", ANYONE, MinutesView),
    Door("GET", "/rounds", ListRounds, "选树批次", ANYONE),
    Door("POST", "/rounds", OpenRound, "启动选树批次", REVIEWER, RoundView, status=201),
    Door("GET", _ROUND, ReadRound, "查看批次", ANYONE, RoundView),
    Door("POST", _ROUND + "/review", StartReview, "转入审核", REVIEWER, RoundView),
    Door("POST", _ROUND + "/closure", CloseRound, "办结批次", REVIEWER, RoundView),
    Door("GET", "/nominations", ListNominations, "选树申报", ANYONE, Page),
    Door("POST", "/nominations", Nominate, "自主申报", UNIT, NominationView, status=201),
    Door("GET", _NOM, ReadNomination, "查看申报", ANYONE, NominationView),
    Door(
        "POST",
        _NOM + "/district-review",
        DistrictReview,
        "区（县、市）审核",
        REVIEWER,
        NominationView,
    ),
    Door("POST", _NOM + "/city-review", CityReview, "市级审核", REVIEWER, NominationView),
    Door("POST", _NOM + "/approval", ApproveNaming, "报批审定", REVIEWER, NominationView),
    Door("POST", _NOM + "/refusal", RefuseNaming, "不予命名", REVIEWER, NominationView),
    Door("GET", "/notices", ListNotices, "公示", ANYONE),
    Door("POST", "/notices", PostNotice, "发布公示", CLERK, NoticeView, status=201),
    Door("GET", "/notices/{notice_id}", ReadNotice, "查看公示", ANYONE, NoticeView),
    Door("GET", "/objections", ListObjections, "公示异议", ("clerk", "reviewer", "seat", "system")),
    Door("POST", "/objections", RecordObjection, "登记异议", ANYONE, ObjectionReceipt, status=201),
    Door(
        "GET",
        "/objections/{objection_id}",
        ReadObjection,
        "查看异议",
        ("clerk", "reviewer", "seat", "system"),
        ObjectionView,
    ),
    Door(
        "POST",
        "/objections/{objection_id}/finding",
        ResolveObjection,
        "异议调查结论",
        REVIEWER,
        ObjectionView,
    ),
    Door("GET", "/tasks/evaluation", ReadTasks, "评价待办", ANYONE),
)

PUBLIC_DOORS = (
    Door("GET", "/notices", ListNotices, "公示", PUBLIC),
    Door("GET", "/notices/{notice_id}", ReadNotice, "查看公示", PUBLIC, NoticeView),
)
