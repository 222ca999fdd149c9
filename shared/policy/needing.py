"""Settings that the services read when a pack has what they work on; without them acts stand still.

Named once, so that whoever writes a pack hears of it from the lint and not from a stuck case.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.policy.conditions import facts_used
from shared.policy.pack import Pack

Fault = tuple[str, str, str, str]

_GATES = {
    "naming.notice": (
        "notice.working_days",
        "objection.acknowledge_working_days",
        "objection.conclude_working_days",
    ),
}
_FACTS = {"resolution.": ("congress.quorum", "congress.majority")}
_PURPOSES = {"contact": "contact.assign_within_days"}
_LEASES = "entitlement.lease_hours"
_REDUCED = "inspection.reduced_factor"


def needed_settings(pack: Pack) -> Iterator[Fault]:
    """An entry that needs a setting the pack lacks, as (section, entry, why, what to do)."""
    wanted = [*_by_rules(pack), *_by_benefits(pack)]
    told: set[str] = set()
    for section, key, name in wanted:
        if name not in pack.settings and name not in told:
            told.add(name)
            remedy = "在 settings 中写明，文件没有印的写 from_text: false 和来由"
            yield section, key, f"办理时要读设置「{name}」，本包没有", remedy


def _by_rules(pack: Pack) -> Iterator[tuple[str, str, str]]:
    for gate, rules in pack.gates.items():
        for rule in rules:
            for name in _GATES.get(gate, ()):
                yield "gates", rule.id, name
            for fact in facts_used(rule.when):
                for start, names in _FACTS.items():
                    if fact.startswith(start):
                        yield from (("gates", rule.id, name) for name in names)


def _by_benefits(pack: Pack) -> Iterator[tuple[str, str, str]]:
    for key, benefit in pack.benefits.items():
        yield "benefits", key, _LEASES
        if benefit.degree == "reduced":
            yield "benefits", key, _REDUCED
        for purpose in benefit.purposes:
            if purpose in _PURPOSES:
                yield "benefits", key, _PURPOSES[purpose]
