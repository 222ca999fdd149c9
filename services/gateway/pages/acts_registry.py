"""Acts of the registry: commitments, cultivation, plaques, closing an entry."""

from __future__ import annotations

from services.gateway.pages.acts import Act, Field, table
from services.gateway.pages.acts_fields import REASON
from shared.contracts import registry, registry_acts

REGISTRY = table(
    Act(
        registry_acts.ActivatePack,
        "启用规则",
        "启用",
        (
            Field("pack_id", "规则", "select", required=True),
            Field("effective_on", "生效日期", "date", required=True),
            REASON,
        ),
        says="征求意见稿启用后即对本地区发生作用，启用人和理由公开可查。",
        done="已启用。",
        rare=True,
    ),
    Act(
        registry_acts.AcceptCommitment,
        "受理创建承诺",
        "受理",
        step=("recognition", "commit"),
        done="已受理创建承诺，单位进入创建。",
    ),
    Act(
        registry_acts.ReturnCommitment,
        "退回创建承诺",
        "退回",
        (REASON,),
        tone="bad",
        rare=True,
        done="已退回，单位可补正后重新提交。",
    ),
    Act(
        registry_acts.SubmitCommitment,
        "提交创建承诺书",
        "提交",
        (
            Field("signatory", "签署人", required=True, help="法定代表人或主要负责人"),
            Field("signed_on", "签署日期", "date", required=True),
            Field("file_name", "承诺书文件名", help="已签字盖章的承诺书扫描件名称"),
        ),
        step=("recognition", "commit"),
        done="已提交，等待办公室受理。",
    ),
    Act(
        registry_acts.JoinProgramme,
        "列为参加创建",
        "参加创建",
        (
            Field("on", "参加日期", "date", help="留空为今天"),
            Field("says", "经过", help="如动员后口头或书面表示参加"),
        ),
        says="用于没有创建承诺书这一环节的地方；有这一环节的，由单位提交承诺书。",
        done="已列为参加创建。",
        rare=True,
    ),
    Act(
        registry_acts.StartCultivation,
        "列入培育",
        "列入培育",
        (
            Field("started_on", "起始日期", "date", required=True),
            Field("goal", "培育目标", "text-long"),
        ),
        step=("naming", "declare"),
        done="已列入培育。",
    ),
    Act(
        registry_acts.IssuePlaque,
        "发放铭牌",
        "登记发放",
        (
            Field("issued_on", "发放日期", "date", required=True),
            Field("received_by", "领取人", required=True),
        ),
        done="已登记铭牌发放。",
    ),
    Act(
        registry_acts.ReturnPlaque,
        "收回铭牌",
        "登记收回",
        (
            Field("returned_on", "收回日期", "date", required=True),
            Field("handed_in_by", "交回人"),
        ),
        step=("exit", "plaque"),
        done="已登记铭牌收回。",
    ),
    Act(
        registry_acts.LosePlaque,
        "铭牌遗失",
        "登记遗失作废",
        (
            Field("reported_on", "报失日期", "date", required=True),
            REASON,
        ),
        tone="bad",
        rare=True,
        done="已登记遗失作废。",
    ),
    Act(
        registry.CloseUnit,
        "注销单位登记",
        "注销",
        (
            Field("closed_on", "注销日期", "date", required=True),
            REASON,
        ),
        says="注销后不能再申报；历史荣誉保留。",
        tone="bad",
        rare=True,
        done="已注销登记。",
    ),
)
