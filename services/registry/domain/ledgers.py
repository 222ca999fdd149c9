"""The five ledgers of daily management (申报、备案、资料建档、评价评审、动态调整) and their matters."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "application": "申报台账",
    "filing": "备案台账",
    "archive": "资料建档台账",
    "evaluation": "评价评审台账",
    "adjustment": "动态调整台账",
}

CASES: Mapping[str, str] = {
    "assessment": "自我评价",
    "application": "认定申请",
    "nomination": "命名申报",
}

PLAN = "年度计划报备"
REPORT = "书面报告"

# Entries of a unit's timeline that belong into a ledger, with the matter each is listed under.
ARCHIVE: Mapping[str, str] = {
    "unit.entered": "建立单位信息",
    "unit.amended": "更新单位信息",
    "commitment.submitted": "创建承诺书",
    "cultivation.started": "列入培育",
    "service.given": "培育服务",
    "title.granted": "命名",
    "plaque.issued": "颁发铭牌",
}
ADJUSTMENT: Mapping[str, str] = {
    "warning": "预警",
    "hold.placed": "暂停",
    "hold.lifted": "解除暂停",
    "exit.opened": "启动退出",
    "exit.kept": "不予退出",
    "recognition.withdrawn": "撤销认定",
    "title.revoked": "取消命名",
    "removal.published": "公布取消命名",
    "unit.moved": "迁移",
    "unit.merged": "合并",
    "unit.closed": "注销",
    "unit.reopened": "恢复登记",
}
FILED: Mapping[str, str] = {"commitment.accepted": "受理创建承诺", "unit.joined": "参加创建"}
REVIEWED: Mapping[str, str] = {"notice.posted": "公示"}

# Stages of cases that are steps of evaluation; handing in is in the ledger of applications.
REVIEW_STAGES = (
    "completed", "under_review", "returned", "recognised", "refused", "district_reviewed",
    "city_reviewed", "on_notice", "approved",
)  # fmt: skip
