"""Acts of the calendar: programme years, tasks, plans, reports, reminders."""

from __future__ import annotations

from services.gateway.pages.acts import Act, Field, table
from services.gateway.pages.acts_fields import REASON
from shared.contracts import registry_acts
from shared.contracts import registry_calendar as calendar

SPECIAL = Field("reason", "特别理由", "text-long", help="仅当系统提示须说明理由时填写，将记入决定")

CALENDAR = table(
    Act(
        calendar.OpenCycle,
        "开启创建年度",
        "开启",
        (SPECIAL,),
        says="开启后，本年度各项任务按当前执行的规则办理，规则以后改版不影响已开启的年度。",
        done="已开启创建年度。",
        rare=True,
    ),
    Act(
        calendar.BeginTask,
        "决定本年开展",
        "本年开展",
        (Field("says", "安排", "text-long"),),
        says="文件规定“可以”开展的事项，由本级决定；决定开展后列入本年任务。",
        done="已列入本年任务。",
    ),
    Act(
        calendar.ReopenTask,
        "撤回办结",
        "撤回办结",
        (REASON,),
        tone="bad",
        rare=True,
        done="已撤回办结，任务恢复办理。",
    ),
    Act(
        calendar.ArrangeDuty,
        "录入日期",
        "录入",
        (
            Field("due_on", "日期", "date", help="留空并提交，撤回本年度已录入的日期"),
            Field("source", "依据的文件或通知", required=True),
        ),
        says="文件没有印日期的事项，日期由本级录入，对本级和下级办公室有效。",
        done="已录入日期。",
        rare=True,
    ),
    Act(calendar.TickReminder, "知悉", "知悉", done="已知悉。"),
    Act(
        registry_acts.IssuePlan,
        "印发年度安排",
        "印发",
        (SPECIAL,),
        says="印发后内容不能再改，本地受理时限和创建标准以印发的一版为准；要改动另起草一版。",
        done="年度安排已印发。",
    ),
    Act(
        registry_acts.FileIssuedPlan,
        "向上级报备",
        "报备",
        says="报备时间以提交的时刻为准，逾期仍然收件并记为逾期。",
        done="年度安排已报备。",
    ),
    Act(
        registry_acts.ReceivePlan,
        "收件",
        "收件",
        (Field("says", "收件意见", "text-long"),),
        done="已收件。",
    ),
    Act(
        registry_acts.AddDocument,
        "登记上级文件",
        "登记",
        (
            Field("title", "文件标题", required=True),
            Field("number", "文号"),
            Field("issuer", "发文机关", required=True),
            Field(
                "level",
                "级别",
                "select",
                required=True,
                options=(("nation", "国家"), ("province", "省"), ("city", "市")),
            ),
            Field("issued_on", "发文日期", "date"),
        ),
        done="已登记，可在年度安排中关联。",
        rare=True,
    ),
    Act(
        calendar.SubmitReport,
        "报送",
        "报送",
        (SPECIAL,),
        says="报送时间以提交的时刻为准；报送后数字固定，退回之前不能改动。",
        done="报告已报送。",
    ),
    Act(
        calendar.ReceiveReport,
        "收件或退回",
        "提交",
        (
            Field(
                "outcome",
                "办理结果",
                "choice",
                required=True,
                options=(("received", "收件"), ("returned", "退回补充")),
            ),
            Field("says", "意见", "text-long", help="退回时须写明需要补充什么"),
        ),
        done="已办理。",
    ),
)
