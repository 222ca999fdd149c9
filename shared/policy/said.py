"""What the closed words of packs mean to an officer, and what the sections and gates are called.

One place for each word: the page of a pack, its REST answer and the difference of two packs all
take theirs from here. An officer never needs to know the word behind it.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts.agencies import TRIGGER_NAMES, VALUE_NAMES
from shared.contracts.scalars import KIND_TEXT
from shared.policy.words import RECORD_GROUPS

SECTION_NAMES: Mapping[str, str] = {
    "sources": "文件",
    "clauses": "条款",
    "kinds": "单位类型",
    "relations": "单位之间的归属",
    "marks": "单位标记",
    "titles": "称号与名额",
    "procedures": "程序",
    "gates": "办事规则",
    "standards": "创建标准",
    "work_items": "创建重点内容",
    "records": "工作记录",
    "gaps": "缺口清单",
    "duties": "期限与任务",
    "reports": "书面报告",
    "rounds": "轮次",
    "measures": "统计指标",
    "benefits": "激励",
    "triggers": "事件处置",
    "grounds": "退出情形",
    "settings": "设置",
    "lists": "清单",
    "facts": "规则可问的事实",
}
"""Every section of a pack in the order an officer reads them."""

GATE_NAMES: Mapping[str, str] = {
    "unit.register": "登记单位",
    "commitment.accept": "提交创建承诺书",
    "plan.file": "报备年度安排",
    "cycle.open": "启动创建年度",
    "application.submit": "提出认定申请",
    "application.forward": "转报申请",
    "evaluation.start": "启动评价",
    "recognition.decide": "认定",
    "round.open": "启动选树批次",
    "nomination.enter": "申报示范单位",
    "nomination.city_review": "市级审核",
    "naming.notice": "公示",
    "naming.approve": "审定命名",
    "star.set": "评定星级",
    "exit.open": "启动退出",
    "exit.decide": "退出决定",
    "hold.lift": "解除暂停",
}
"""Where rules may stand, besides `record.<kind>` and `report.<form>`."""

STATUS_NAMES: Mapping[str, str] = {
    "draft": "征求意见稿",
    "in_force": "施行",
    "repealed": "废止",
    "baseline": "基线",
    "reference": "所依据或引用",
    "not_from_text": "非文件规定",
}

CLOSED: Mapping[str, Mapping[str, str]] = {
    "kind": {str(kind): text for kind, text in KIND_TEXT.items()},
    "level": {
        "nation": "国家级",
        "province": "省级",
        "city": "市级",
        "district": "区县级",
        "township": "乡镇（街道）级",
        "system": "系统级",
        "unit": "单位",
        "naming": "命名机关",
    },
    "standing": {
        "registered": "已登记",
        "creating": "创建中",
        "recognised": "已认定",
        "closed": "已注销",
    },
    "writer": {
        "clerk": "经办人",
        "reviewer": "审核人",
        "unit": "单位",
        "government": "政府方",
        "workers": "工会（职工方）",
        "employers": "企业方",
        "expert": "专家",
        "coordinator": "协调员（指导员）",
    },
    "form": {
        "text": "文字",
        "long": "长文字",
        "number": "数字",
        "money": "金额",
        "date": "日期",
        "flag": "是或否",
        "code": "编码",
        "choice": "单选",
        "choices": "多选",
        "unit": "一个单位",
        "units": "若干单位",
        "person": "一个人",
        "people": "若干人",
        "node": "一个办公室",
        "file": "附件",
        "document": "文件",
    },
    "status": STATUS_NAMES,
    "identifier": {
        "credit_code": "统一社会信用代码",
        "project_number": "工程项目编号",
        "internal": "系统编号",
    },
    "method": {
        "judged": "逐项评定",
        "yes_no": "是或否",
        "equal_split": "各要素均分",
        "rate": "按比率",
        "tiers": "分档",
        "benchmark": "与基准比较",
        "deductions": "扣分",
        "survey": "问卷调查",
        "veto": "一票否决",
    },
    "rank": {
        "title": "称号",
        "recognition": "认定",
        "reserve": "储备名单（不是称号）",
        "pilot": "试点（不是称号）",
        "external": "由本系统以外的机关授予，只登记",
    },
    "role": {
        "unit": "单位",
        "congress": "职工代表大会（职工大会）",
        "office": "三方办公室",
        "tripartite": "三方会议",
        "third_party": "第三方机构",
        "public": "社会公众",
        "system": "系统自动",
    },
    "benefit_effect": {
        "lease": "据以核对办理（凭证短期有效，到期自动续）",
        "priority": "同等条件下优先",
        "record": "只登记落实情况",
    },
    "degree": {"exempt": "免予", "reduced": "减少"},
    "purpose": {
        "labour_inspection_routine": "劳动保障监察日常检查",
        "social_insurance_audit_routine": "社会保险日常稽核",
        "work_injury_green_channel": "工伤认定绿色通道",
        "dispute_green_channel": "劳动争议处理绿色通道",
    },
    "trigger": {**TRIGGER_NAMES, "by_hand": "人工登记"},
    "trigger_effect": {
        "suspend": "激励立即暂停，等人核实",
        "lift_exemption": "暂停免检，其他激励不变",
        "review": "只转人核实，激励不变",
        "gate": "办事时拦下",
        "note": "只记载",
    },
    "recurs": {
        "yearly": "每年",
        "once": "一次",
        "continuous": "持续",
        "arranged": "日期待安排",
    },
    "group": dict(RECORD_GROUPS),
    "about": {"unit": "单位名下", "node": "办公室名下", "record": "另一条记录名下"},
    "over": {"units": "单位", "nodes": "办公室", "bodies": "成员单位", "records": "记录"},
    "unit_of_time": {"days": "天", "months": "个月"},
    "measured": {
        "units": "单位",
        "nodes": "办公室",
        "members": "归属的单位",
        "records": "记录",
        "people": "不同的人",
    },
    "work_state": {"open": "未开始", "doing": "进行中", "done": "已完成"},
    "setting_value": {"titled": "命名单位", "creating": "创建单位和命名单位"},
    "rule_mark": {"late": "逾期", "outside_round": "轮次之外"},
    "value": VALUE_NAMES,
}
"""Words by family. A value nobody has words for stays as it is written."""


def gate_name(gate: str, records: Mapping[str, str], reports: Mapping[str, str]) -> str:
    """A gate in words: its own, or the record or report it stands before."""
    kind, _, key = gate.partition(".")
    if kind == "record" and key in records:
        return f"登记「{records[key]}」"
    if kind == "report" and key in reports:
        return f"报送「{reports[key]}」"
    return GATE_NAMES.get(gate, gate)
