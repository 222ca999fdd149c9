"""The closed vocabulary of packs: every word a field may hold, and the sections there are."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts import agencies
from shared.policy.pack import (
    Benefit,
    Clause,
    ExitGround,
    FactSpec,
    Indicator,
    NamedList,
    Procedure,
    Rule,
    Setting,
    Source,
    Standard,
    Step,
    Title,
    Trigger,
    UnitKind,
)
from shared.policy.programme import (
    Duty,
    FieldSpec,
    Gap,
    Measure,
    NumberedRound,
    RecordKind,
    Relation,
    ReportForm,
    UnitMark,
    WorkItem,
)

TRIGGER_TYPES = tuple(agencies.TRIGGER_TYPES)

LEVELS = ("township", "system", "district", "city", "province", "nation")
SCALAR_FORMS = ("text", "number", "date", "flag", "code", "choice")
FORMS = (
    *SCALAR_FORMS,
    "long",
    "money",
    "choices",
    "unit",
    "units",
    "person",
    "people",
    "node",
    "file",
    "document",
)
RECORD_GROUPS = {
    "mobilise": "动员倡议",
    "cultivate": "培育指导",
    "serve": "服务",
    "staff": "队伍",
    "place": "阵地",
    "pilot": "试点",
    "work": "任务分解",
    "meet": "会议与组织",
    "publicise": "宣传",
    "resource": "保障",
    "experience": "经验与案例",
    "honour": "荣誉与推荐",
}
WORK_STATES = ("open", "doing", "done")
WRITERS = (
    "clerk",
    "reviewer",
    "unit",
    "government",
    "workers",
    "employers",
    "expert",
    "coordinator",
)
STANDINGS = ("registered", "creating", "recognised", "closed")

WORDS: Mapping[tuple[type, str], tuple[str | int, ...]] = {
    (FactSpec, "form"): ("flag", "number", "date", "text"),
    (FieldSpec, "form"): FORMS,
    (UnitKind, "identifier"): ("credit_code", "project_number", "internal"),
    (Rule, "status"): (403, 404, 409, 422),
    (Indicator, "method"): (
        "judged",
        "yes_no",
        "equal_split",
        "rate",
        "tiers",
        "benchmark",
        "deductions",
        "survey",
        "veto",
    ),
    (Title, "level"): LEVELS,
    (Title, "rank"): ("title", "recognition", "reserve", "pilot", "external"),
    (Step, "level"): ("unit", *LEVELS, "naming"),
    (Step, "role"): ("unit", "congress", "office", "tripartite", "third_party", "public", "system"),
    (Benefit, "effect"): ("lease", "priority", "record"),
    (Benefit, "degree"): ("", "exempt", "reduced"),
    (Trigger, "effect"): ("suspend", "lift_exemption", "review", "gate", "note"),
    (Trigger, "type"): TRIGGER_TYPES,
    (Trigger, "ends"): ("", *TRIGGER_TYPES),
    (Duty, "recurs"): ("yearly", "once", "continuous", "arranged"),
    (RecordKind, "group"): tuple(RECORD_GROUPS),
    (RecordKind, "about"): ("unit", "node", "record"),
    (Gap, "over"): ("units", "nodes", "bodies", "records"),
    (Gap, "unit_of_time"): ("days", "months"),
    (Measure, "of"): ("units", "nodes", "members", "records", "people"),
    (ReportForm, "to"): LEVELS,
    (Source, "status"): ("draft", "in_force", "repealed", "reference", "not_from_text"),
}

STATUSES = ("draft", "in_force", "repealed", "baseline")

SECTIONS: Mapping[str, type] = {
    "sources": Source,
    "clauses": Clause,
    "facts": FactSpec,
    "kinds": UnitKind,
    "settings": Setting,
    "gates": Rule,
    "standards": Standard,
    "titles": Title,
    "procedures": Procedure,
    "benefits": Benefit,
    "triggers": Trigger,
    "grounds": ExitGround,
    "duties": Duty,
    "lists": NamedList,
    "relations": Relation,
    "marks": UnitMark,
    "records": RecordKind,
    "gaps": Gap,
    "work_items": WorkItem,
    "measures": Measure,
    "reports": ReportForm,
    "rounds": NumberedRound,
}

HEAD = ("id", "version", "title", "status", "jurisdiction", "parent", "authority", "document")
NEEDLESS = ("parent", "authority", "document")
