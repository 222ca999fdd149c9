"""What `hexie pack lint` and `hexie pack test` say about a pack's folder."""

from __future__ import annotations

from pathlib import Path

from shared.policy import examples
from shared.policy.examples import ExampleResult
from shared.policy.findings import Finding, PackInvalid
from shared.policy.load import load_whole
from shared.policy.pack import Pack


def lint(folder: Path) -> list[Finding]:
    """Every fault of the pack in this folder; empty when it can be used."""
    try:
        load_whole(folder)
    except PackInvalid as invalid:
        return invalid.findings
    return []


def run_examples(folder: Path) -> list[ExampleResult]:
    """Judge every example of the pack in this folder. PackInvalid when the pack cannot be used."""
    pack, cases = load_whole(folder)
    return examples.run_examples(pack, cases)


def summary(pack: Pack) -> dict[str, object]:
    """A line for `hexie pack list`: who it is, what state it is in, how much it holds."""
    return {
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "status": pack.status,
        "jurisdiction": pack.jurisdiction,
        "parent": pack.parent,
        "fingerprint": pack.fingerprint,
        "clauses": len(pack.clauses),
        "rules": sum(len(rules) for rules in pack.gates.values()),
        "standards": len(pack.standards),
        "benefits": len(pack.benefits),
        "triggers": len(pack.triggers),
        "not_from_text": sum(not s.from_text for s in pack.settings.values()),
    }
