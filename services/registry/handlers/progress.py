"""How far units are: every step of evaluation's cases, for counts, ledgers and bulletins."""

from __future__ import annotations

from services.registry.store import cases, stages
from shared.contracts.evaluation import CaseMoved
from shared.messaging.tx import Heard, Tx


def keep_move(tx: Tx, said: CaseMoved, heard: Heard) -> None:
    """Keep a step, and where its case stands; the unit's stage follows by itself (0006)."""
    common = {
        "case_id": said.case_id,
        "case_kind": said.case,
        "unit_id": said.unit_id,
        "number": said.number,
        "node": said.node,
        "year": said.year,
        "stage": said.stage,
        "stage_text": said.stage_text,
        "title_text": said.title_text,
        "reason": said.reason,
    }
    cases.add_move(
        tx,
        {
            **common,
            "event_id": heard.envelope.id,
            "by_name": heard.envelope.actor.name,
            "happened_on": said.on,
            "learned_at": heard.envelope.time,
        },
    )
    sequence = heard.envelope.sequence
    dated = {"opened_on": said.on, "moved_on": said.on, "sequence": sequence}
    cases.keep_case(tx, common | dated)


def lapse_titles(tx: Tx) -> None:
    """A title of a limited term no longer makes its unit a titled one."""
    stages.lapse(tx)
