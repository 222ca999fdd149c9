"""Programme years (创建年度): opened by an officer, each keeps the law it was opened under."""

from __future__ import annotations

from typing import Any

from services.registry.handlers.acts import Note, fact, need, note
from services.registry.handlers.plan_rules import clause_of, section_rule
from services.registry.handlers.plans import SECTIONS
from services.registry.handlers.task_law import first_day, law_of, nodes_in
from services.registry.handlers.tasks import READERS, WRITERS
from services.registry.handlers.views import warnings_of
from services.registry.store import cycles
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_calendar import GetProgramme, ListCycles, OpenCycle
from shared.contracts.registry_calendar_answers import (
    CycleView,
    FormView,
    Named,
    ProgrammeView,
    RoundView,
)
from shared.messaging.tx import Tx
from shared.policy.assess import assess, gate, refuse_unless_met
from shared.runtime import decisions, organisations, packs

GATE = "cycle.open"


def open_cycle(tx: Tx, command: OpenCycle) -> CycleView:
    """Open a year of the actor's node; it keeps the pack in force today."""
    need(tx, *WRITERS)
    node = tx.actor.node
    pack = packs.in_force(tx, node=node, on=tx.today)
    facts = [
        fact(tx, "pack.activated", value=True, origin="规则包"),
        fact(tx, "cycle.year", command.year, "创建年度"),
        fact(tx, "cycle.opens_on", tx.today, "创建年度"),
    ]
    rules = gate(pack, GATE) if GATE in pack.gates else ()
    found = refuse_unless_met(assess(rules, facts, tx.today), command.reason)
    name = organisations.name_of(node)
    text = f"{name}开启{command.year}创建年度，依据《{pack.title}》（{pack.version}）"
    decision_id = decisions.record(
        tx, kind=GATE, subject=f"cycle:{node}:{command.year}", outcome="opened", says=text,
        pack=pack, facts=facts, rules=found.outcomes,
    )  # fmt: skip
    row = {
        "cycle_id": tx.new_id("cycle"), "node": node, "year": command.year, "pack_id": pack.id,
        "pack_version": pack.version, "fingerprint": pack.fingerprint, "opens_on": tx.today,
        "warnings": [w.model_dump() for w in warnings_of(found)], "decision_id": decision_id,
        "opened_at": tx.now, "opened_by": tx.actor.id, "opened_by_name": tx.actor.name,
    }  # fmt: skip
    if not cycles.add_cycle(tx, row):
        raise Refused("cycle_open", f"{name}已经开启{command.year}创建年度，不必再开")
    note(tx, "", Note("cycle.opened", text, tx.today, "", decision_id), {"node": node})
    return _view(tx, cycles.list_cycles(tx, [node], command.year)[0])


def list_cycles(tx: Tx, command: ListCycles) -> dict[str, Any]:
    """The years opened in the actor's area, newest first."""
    need(tx, *READERS)
    nodes = [node.code for node in nodes_in(tx, command.node)]
    return {"cycles": [_view(tx, row) for row in cycles.list_cycles(tx, nodes, command.year)]}


def get_programme(tx: Tx, command: GetProgramme) -> ProgrammeView:
    """The law at work at a node: its rounds, plan sections and report forms."""
    year = command.year
    pack = (
        law_of(tx, command.node, year)
        if year is not None
        else packs.in_force(tx, node=command.node, on=tx.today)
    )
    wanted = pack.lists.get(SECTIONS)
    rule = section_rule(pack)
    return ProgrammeView(
        node=command.node,
        pack_id=pack.id,
        pack_version=pack.version,
        pack_title=pack.title,
        pack_status=pack.status,
        fingerprint=pack.fingerprint,
        effective_on=first_day(pack, tx.today),
        rounds=tuple(
            RoundView(
                id=r.id, says=r.name, from_year=r.from_year, to_year=r.to_year, clause=r.clause
            )
            for r in pack.rounds.values()
        ),
        plan_sections=tuple(Named(id=i.id, says=i.says) for i in wanted.items) if wanted else (),
        sections_required=rule is not None and rule.hard,
        plan_clause=clause_of(pack),
        reports=tuple(
            FormView(form=f.id, says=f.name, clause=f.clause, levels=f.levels, to=f.to)
            for f in pack.reports.values()
        ),
    )


def _view(tx: Tx, row: Row) -> CycleView:
    pack = packs.pinned(tx, row["fingerprint"])
    fields = set(CycleView.model_fields) & set(row)
    return CycleView.model_validate(
        {
            **{name: row[name] for name in fields},
            "node_text": organisations.name_of(row["node"]),
            "pack_title": pack.title,
            "pack_status": pack.status,
            "effective_on": first_day(pack, tx.today),
        }
    )
