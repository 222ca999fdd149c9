"""Acts of oversight: review, holds, exit cases, publication."""

from __future__ import annotations

from services.gateway.pages.acts import Act, Field, table
from services.gateway.pages.acts_fields import OVERRIDE, REASON
from shared.contracts import oversight

OVERSIGHT = table(
    Act(
        oversight.ConfirmTrigger,
        "核实属实",
        "确认属实",
        (
            Field(
                "severity",
                "违法情节",
                "select",
                options=(("minor", "轻微"), ("major", "重大"), ("extreme", "极端恶性")),
                help="由您核实认定；不清楚的留空，系统按“未知”处理，转人工",
            ),
            Field(
                "impact",
                "社会影响",
                "select",
                options=(
                    ("small", "影响较小"),
                    ("considerable", "影响较大"),
                    ("grave", "影响恶劣"),
                ),
            ),
            Field(
                "caused_by_unit",
                "是否由单位过错引发",
                "select",
                options=(("true", "是"), ("false", "否")),
            ),
            Field("remark", "核实情况", "text-long", required=True, help="核实了什么、怎么核实的"),
        ),
        step=("exit", "confirm"),
        tone="bad",
        done="已核实，按规定处理。",
    ),
    Act(
        oversight.DismissTrigger,
        "核实不属实",
        "确认不属实",
        (REASON,),
        says="只解除本事件引起的暂停；规定须两人办理的，另一人再办一次后生效。",
        done="已记录；需要第二人的，等待另一人办理。",
    ),
    Act(
        oversight.LiftHold,
        "解除暂停",
        "解除",
        (REASON,),
        says="只解除这一项事由；规定须两人办理的，另一人再办一次后生效。",
        done="已记录；需要第二人的，等待另一人办理。",
    ),
    Act(
        oversight.OpenCase,
        "启动退出程序",
        "启动",
        (
            Field("ground", "退出情形", "select", required=True),
            Field(
                "severity",
                "违法情节",
                "select",
                options=(("minor", "轻微"), ("major", "重大"), ("extreme", "极端恶性")),
            ),
            Field(
                "impact",
                "社会影响",
                "select",
                options=(
                    ("small", "影响较小"),
                    ("considerable", "影响较大"),
                    ("grave", "影响恶劣"),
                ),
            ),
            Field("remark", "核实情况", "text-long", required=True),
        ),
        step=("exit", "open"),
        tone="bad",
        done="退出程序已启动。",
    ),
    Act(
        oversight.RecordStatement,
        "记录单位陈述",
        "记录",
        (
            Field("heard_on", "听取日期", "date", required=True),
            Field("speaker", "陈述人", required=True, help="姓名、职务"),
            Field("text", "陈述内容", "text-long", required=True),
            Field("document", "书面材料名称"),
        ),
        done="已记录单位陈述。",
    ),
    Act(
        oversight.WaiveStatement,
        "单位放弃陈述",
        "登记",
        (REASON,),
        tone="",
        rare=True,
        done="已登记单位放弃陈述。",
    ),
    Act(
        oversight.RecordOpinion,
        "发表三方意见",
        "提交意见",
        (
            Field("body", "发表意见的单位", "select", required=True),
            Field(
                "consent",
                "意见",
                "choice",
                required=True,
                options=(
                    ("revoke", "同意取消命名"),
                    ("keep", "不同意取消，主张保留"),
                    ("recuse", "回避"),
                ),
            ),
            Field("text", "说明", "text-long", required=True, help="原文记入会商纪要"),
            Field("document", "代录依据", help="经办人代录的，写明该单位盖章意见的文号或名称"),
            Field("replaces", "更改本单位此前的意见", "tick", help="原意见保留备查"),
        ),
        step=("exit", "deliberate"),
        done="意见已记录。",
    ),
    Act(
        oversight.DecideCase,
        "会商结论",
        "作出结论",
        (
            Field(
                "outcome",
                "结论",
                "choice",
                required=True,
                options=(("revoke", "取消命名"), ("keep", "保留命名")),
            ),
            Field("says", "结论理由", "text-long", required=True),
            OVERRIDE,
        ),
        step=("exit", "decide"),
        tone="bad",
        done="结论已作出。",
    ),
    Act(
        oversight.AddCaseNote,
        "附注或申诉",
        "登记",
        (
            Field(
                "kind",
                "种类",
                "choice",
                required=True,
                options=(("note", "附注"), ("appeal", "申诉")),
                value="note",
            ),
            Field("text", "内容", "text-long", required=True),
        ),
        tone="",
        rare=True,
        done="已登记。",
    ),
    Act(
        oversight.PublishRemoval,
        "向社会公布取消",
        "公布",
        step=("exit", "publish"),
        tone="bad",
        done="已向社会公布。",
    ),
)
