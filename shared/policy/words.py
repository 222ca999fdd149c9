"""The closed vocabulary of packs: every word a field may hold, and the sections there are."""

from __future__ import annotations

from collections.abc import Mapping

from shared.contracts import agencies
from shared.policy.pack import (
    Benefit,
    Clause,
    Duty,
    ExitGround,
    FactSpec,
    FieldSpec,
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

TRIGGER_TYPES = tuple(agencies.TRIGGER_TYPES)

LEVELS = ("district", "city", "province", "nation")

WORDS: Mapping[tuple[type, str], tuple[str | int, ...]] = {
    (FactSpec, "form"): ("flag", "number", "date", "text"),
    (FieldSpec, "form"): ("text", "number", "date", "flag", "code", "choice"),
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
    (Step, "level"): ("unit", *LEVELS, "naming"),
    (Step, "role"): ("unit", "congress", "office", "tripartite", "public", "system"),
    (Benefit, "effect"): ("lease", "priority", "record"),
    (Benefit, "degree"): ("", "exempt", "reduced"),
    (Trigger, "effect"): ("suspend", "lift_exemption", "review", "gate", "note"),
    (Trigger, "type"): TRIGGER_TYPES,
    (Trigger, "ends"): ("", *TRIGGER_TYPES),
    (Duty, "node_level"): LEVELS,
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
}

HEAD = ("id", "version", "title", "status", "jurisdiction", "parent")
