"""What stored values are called on the screen: the documents' words, one place for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts.agencies import VALUE_NAMES
from shared.contracts.scalars import KIND_TEXT


@dataclass(frozen=True)
class Word:
    """A word and its tone: ok, warn, bad or "" (calm). The tone never stands alone."""

    text: str
    tone: str = ""


WORDS: Mapping[str, Mapping[str, Word]] = {
    "standing": {
        "registered": Word("已登记"),
        "creating": Word("创建中", "warn"),
        "recognised": Word("和谐劳动关系单位", "ok"),
        "closed": Word("已注销"),
    },
    "application": {
        "received": Word("已收件，待受理", "warn"),
        "returned": Word("已退回补正", "bad"),
        "under_review": Word("审核中", "warn"),
        "recognised": Word("已认定", "ok"),
        "refused": Word("不予认定", "bad"),
        "withdrawn": Word("单位已撤回"),
    },
    "nomination": {
        "declared": Word("已申报，待区县审核", "warn"),
        "district_reviewed": Word("区县已审核", "warn"),
        "city_reviewed": Word("市级已审核", "warn"),
        "on_notice": Word("公示中", "warn"),
        "approved": Word("已命名", "ok"),
        "refused": Word("未通过", "bad"),
    },
    "round": {
        "planned": Word("计划中"),
        "open": Word("申报中", "warn"),
        "reviewing": Word("审核中", "warn"),
        "notice": Word("公示中", "warn"),
        "decided": Word("已办结", "ok"),
    },
    "title": {
        "active": Word("有效", "ok"),
        "expired": Word("已到期"),
        "revoked": Word("已取消", "bad"),
    },
    "plaque": {
        "to_issue": Word("待颁发", "warn"),
        "issued": Word("已颁发", "ok"),
        "to_return": Word("待收回", "bad"),
        "returned": Word("已收回"),
        "lost": Word("遗失作废"),
    },
    "entitlement": {
        "active": Word("享受中", "ok"),
        "suspended": Word("已暂停享受", "bad"),
        "ended": Word("已终止"),
        "none": Word("未享受"),
    },
    "check": {
        "normal": Word("正常安排", ""),
        "reduced": Word("减少频次", "warn"),
        "exempt": Word("不安排", "ok"),
    },
    "case": {
        "opened": Word("已启动，待听取陈述", "bad"),
        "statement": Word("已听取陈述", "warn"),
        "deliberation": Word("会商中", "warn"),
        "decided": Word("已作结论", "warn"),
        "closed": Word("已办结"),
    },
    "review": {
        "pending": Word("待核实", "bad"),
        "confirmed": Word("已核实属实", "warn"),
        "dismissed": Word("不属实"),
        "recorded": Word("已记录"),
        "closed": Word("已办结"),
    },
    "import": {
        "staging": Word("上传中", "warn"),
        "staged": Word("待另一人确认", "warn"),
        "confirmed": Word("已导入", "ok"),
        "discarded": Word("已放弃"),
    },
    "import-row": {
        "new": Word("新增", "ok"),
        "changed": Word("变更", "warn"),
        "unchanged": Word("无变化"),
        "conflict": Word("与在册信息冲突", "bad"),
        "error": Word("有错误", "bad"),
    },
    "task": {
        "waiting": Word("未到开始时间"),
        "open": Word("办理中"),
        "due_soon": Word("即将到期", "warn"),
        "past_strict": Word("已过严格期限", "warn"),
        "past_usual": Word("晚于通常时间", "warn"),
        "overdue": Word("已逾期", "bad"),
        "done": Word("已办结", "ok"),
        "done_late": Word("逾期办结", "bad"),
        "not_applicable": Word("本年不开展"),
    },
    "plan": {
        "draft": Word("草稿"),
        "issued": Word("已印发", "ok"),
        "filed": Word("已报备，待收件", "warn"),
        "received": Word("已收件", "ok"),
    },
    "report": {
        "new": Word("未起草"),
        "draft": Word("起草中"),
        "submitted": Word("已报送，待收件", "warn"),
        "returned": Word("已退回补充", "bad"),
        "received": Word("已收件", "ok"),
    },
    "commitment": {
        "submitted": Word("待受理", "warn"),
        "accepted": Word("已受理", "ok"),
        "returned": Word("已退回", "bad"),
    },
    "finding": {
        "met": Word("符合", "ok"),
        "partly": Word("部分符合", "warn"),
        "not_met": Word("不符合", "bad"),
        "na": Word("不适用"),
        "open": Word("未填"),
    },
    "objection": {
        "open": Word("待调查", "bad"),
        "upheld": Word("属实", "bad"),
        "partly": Word("部分属实", "warn"),
        "unfounded": Word("不属实"),
    },
    "work": {
        "open": Word("未开始"),
        "doing": Word("进行中", "warn"),
        "done": Word("已完成", "ok"),
    },
    "record-past": {
        "written": Word("记录"),
        "amended": Word("更正"),
        "moved": Word("变更状态"),
        "ended": Word("结束"),
        "voided": Word("作废", "bad"),
    },
    "record-side": {
        "": Word(""),
        "unit": Word("本单位"),
        "government": Word("政府方"),
        "workers": Word("职工方"),
        "employers": Word("企业方"),
    },
    "record-mark": {"late": Word("逾期", "warn")},
    "rule": {
        "met": Word("符合", "ok"),
        "not_met": Word("不符合", "bad"),
        "unknown": Word("无法判断", "warn"),
    },
    "honour_batch": {
        "proposed": Word("待确认", "warn"),
        "confirmed": Word("已确认", "ok"),
        "returned": Word("已退回", "bad"),
    },
    "kind": {str(kind): Word(says) for kind, says in KIND_TEXT.items()},
    "level": {
        "nation": Word("国家级"),
        "province": Word("省级"),
        "city": Word("市级"),
        "district": Word("区县级"),
        "township": Word("乡镇级"),
        "system": Word("系统"),
    },
    "node": {
        "nation": Word("国家"),
        "province": Word("省（直辖市）"),
        "city": Word("市（州）"),
        "district": Word("区（县、市）"),
        "zone": Word("开发区"),
        "park": Word("园区"),
        "system": Word("产业（系统）"),
        "township": Word("乡镇（街道）"),
    },
    "phase": {
        "application": Word("自主申报"),
        "cultivation": Word("培育指导"),
        "recognition": Word("评价认定"),
        "exit": Word("动态退出"),
    },
    "size": {
        "large": Word("大型"),
        "medium": Word("中型"),
        "small": Word("小型"),
        "micro": Word("微型"),
    },
    "side": {
        "government": Word("政府方"),
        "workers": Word("职工方"),
        "employers": Word("企业方"),
    },
    "purpose": {
        "labour_inspection_routine": Word("劳动保障监察日常检查"),
        "social_insurance_audit_routine": Word("社会保险日常稽核"),
        "labour_inspection_complaint": Word("劳动保障监察举报投诉查处"),
        "social_insurance_audit_complaint": Word("社会保险举报投诉稽核"),
        "work_injury_green_channel": Word("工伤认定绿色通道"),
        "dispute_green_channel": Word("劳动争议处理绿色通道"),
    },
}

SHORT = {
    "NB23": "《实施办法（征求意见稿）》",
    "GJ": "《创建标准基线》",
    "HX": "系统设置（非文件规定）",
}
EVENT_FIELDS = {
    "summary": "事由摘要",
    "case_number": "案号",
    "decided_on": "决定日期",
    "severity": "机构所报违法情节",
    "violation": "违法行为种类",
    "complaint_id": "举报投诉编号",
    "opened_on": "受理日期",
    "closed_on": "办结日期",
    "outcome": "办理结果",
    "registered_on": "立案（登记）日期",
    "issued_on": "裁决日期",
    "against_unit": "裁决不利于单位",
    "happened_on": "发生日期",
    "people": "涉及人数",
    "impact": "机构所报社会影响",
    "grade": "等级",
    "deaths": "死亡人数",
    "injured": "受伤人数",
    "noticed_on": "发现日期",
    "flagged_on": "提示日期",
    "published_on": "公布日期",
    "year": "年度",
    "list_name": "名单",
    "change": "列入或移出",
    "changed_on": "变动日期",
    "address": "网址",
    "event_id": "撤回的事件",
    "reason": "理由",
}
EVENT_VALUES = VALUE_NAMES
OUTCOMES = {
    "recognise": "认定",
    "refuse": "不予通过",
    "forward": "审核通过，报市级",
    "pass": "审核通过",
    "approve": "予以命名",
    "keep": "保留",
    "revoke": "取消",
}
STANCES = {
    "consent": "同意",
    "dissent": "不同意",
    "recuse": "回避",
    "revoke": "同意取消命名",
    "keep": "主张保留命名",
}

INDUSTRIES = {  # sections of GB/T 4754-2017
    "A": "农、林、牧、渔业",
    "B": "采矿业",
    "C": "制造业",
    "D": "电力、热力、燃气及水生产和供应业",
    "E": "建筑业",
    "F": "批发和零售业",
    "G": "交通运输、仓储和邮政业",
    "H": "住宿和餐饮业",
    "I": "信息传输、软件和信息技术服务业",
    "J": "金融业",
    "K": "房地产业",
    "L": "租赁和商务服务业",
    "M": "科学研究和技术服务业",
    "N": "水利、环境和公共设施管理业",
    "O": "居民服务、修理和其他服务业",
    "P": "教育",
    "Q": "卫生和社会工作",
    "R": "文化、体育和娱乐业",
    "S": "公共管理、社会保障和社会组织",
    "T": "国际组织",
}
ORIGINS = {
    "registry": "登记与荣誉",
    "evaluation": "创建与评价",
    "incentives": "激励",
    "oversight": "监督与退出",
    "agency": "对接机构",
    "account": "办理人",
    "unit": "单位填报",
}
