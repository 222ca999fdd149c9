"""Acts of evaluation: applications, opinions, rounds, nominations, objections."""

from __future__ import annotations

from services.gateway.pages.acts import Act, Field, table
from services.gateway.pages.acts_fields import OVERRIDE, REASON
from shared.contracts import evaluation
from shared.contracts import evaluation_round as rounds

EVALUATION = table(
    Act(
        evaluation.AcceptApplication,
        "受理申请",
        "受理",
        clause="NB23:二(二)",
        says="材料齐全、符合形式要求即受理，转入三方审核。",
        done="已受理，转入三方审核。",
    ),
    Act(
        evaluation.ReturnApplication,
        "退回补正",
        "退回",
        (
            Field(
                "reason",
                "需要补正的内容",
                "text-long",
                required=True,
                help="逐条写明，单位照此补正",
            ),
        ),
        tone="bad",
        done="已退回补正。",
    ),
    Act(
        evaluation.PostRecognitionNotice,
        "认定前公示",
        "发布公示",
        (Field("contact", "联系方式", help="公示期间接受异议的电话和地址"),),
        says="本地年度安排规定认定前公示的，公示期满后才能作出认定决定。",
        done="公示已发布。",
    ),
    Act(
        evaluation.WithdrawApplication,
        "撤回申请",
        "撤回",
        (Field("reason", "撤回原因", "text-long"),),
        tone="bad",
        done="申请已撤回。",
    ),
    Act(
        evaluation.RecordOpinion,
        "发表三方意见",
        "提交意见",
        (
            Field(
                "position",
                "意见",
                "choice",
                required=True,
                options=(("consent", "同意"), ("dissent", "不同意"), ("recuse", "回避")),
            ),
            Field("text", "说明", "text-long", help="不同意或回避的必须说明理由，原文记入会商纪要"),
        ),
        says="以本单位名义发表一次；案件未决前可以更改，原意见保留。",
        done="意见已记录。",
    ),
    Act(
        evaluation.DecideRecognition,
        "作出认定决定",
        "作出决定",
        (
            Field(
                "outcome",
                "决定",
                "choice",
                required=True,
                options=(("recognise", "认定为和谐劳动关系单位"), ("refuse", "不予认定")),
            ),
            Field("reason", "理由", "text-long", help="不予认定的必须写明"),
            OVERRIDE,
        ),
        clause="NB23:二(二)",
        says="须由受理人以外的审核人作出。",
        done="决定已作出。",
    ),
    Act(
        rounds.DistrictReview,
        "区（县、市）审核",
        "提交审核结果",
        (
            Field(
                "outcome",
                "审核结果",
                "choice",
                required=True,
                options=(("forward", "审核通过，报市级"), ("refuse", "不予推荐")),
            ),
            Field("text", "审核意见", "text-long"),
        ),
        clause="NB23:二(四)",
        done="审核结果已提交。",
    ),
    Act(
        rounds.CityReview,
        "市级审核",
        "提交审核结果",
        (
            Field(
                "outcome",
                "审核结果",
                "choice",
                required=True,
                options=(("pass", "审核通过"), ("refuse", "不予通过")),
            ),
            Field("text", "审核意见", "text-long"),
        ),
        clause="NB23:二(四)",
        done="审核结果已提交。",
    ),
    Act(
        rounds.ApproveNaming,
        "报批审定，予以命名",
        "予以命名",
        (
            Field(
                "override_reason",
                "培育不满期限的特别理由",
                "text-long",
                help="培育不足 12 个月时填写",
            ),
            Field("quota_reason", "超出计划名额的理由", "text-long", help="名额已满时填写"),
        ),
        clause="NB23:二(四)",
        done="已命名。",
    ),
    Act(
        rounds.RefuseNaming,
        "不予命名",
        "不予命名",
        (REASON,),
        clause="NB23:二(四)",
        tone="bad",
        done="已作出不予命名的决定。",
    ),
    Act(
        rounds.OpenRound,
        "启动年度选树批次",
        "启动",
        (
            Field("year", "年度", "number", required=True),
            Field("opens_on", "开始申报日期", "date", help="留空为今天"),
            Field("nominations_until", "申报截止日期", "date"),
        ),
        says="每年一个批次；名额按文件规定的年度计划数。",
        clause="NB23:二(四)",
        done="批次已启动。",
    ),
    Act(
        rounds.StartReview,
        "截止申报，转入审核",
        "转入审核",
        clause="NB23:二(四)",
        done="已转入审核。",
    ),
    Act(rounds.CloseRound, "办结批次", "办结", done="批次已办结。"),
    Act(
        rounds.Nominate,
        "自主申报",
        "申报",
        (Field("statement", "申报说明", "text-long"),),
        clause="NB23:二(四)",
        done="已申报。",
    ),
    Act(
        rounds.ResolveObjection,
        "异议调查结论",
        "提交结论",
        (
            Field(
                "outcome",
                "结论",
                "choice",
                required=True,
                options=(
                    ("upheld", "异议属实"),
                    ("partly", "部分属实"),
                    ("unfounded", "异议不属实"),
                ),
            ),
            Field("finding", "调查情况", "text-long", required=True),
            Field(
                "effect",
                "对候选单位",
                "choice",
                required=True,
                options=(("keep", "保留候选资格"), ("remove", "取消候选资格")),
                value="keep",
            ),
        ),
        says="调查人不得参与过该单位的推荐。",
        done="结论已记录。",
    ),
)
