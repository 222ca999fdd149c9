"""What every act shares: who may, which rules of the pack, and the note it leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.registry.store import history
from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import area_of, covers, in_suite, suite_of, system_of
from shared.messaging.tx import Tx
from shared.policy.assess import Determination, assess, need_gate, refuse_unless_met
from shared.policy.conditions import Fact, FactValue
from shared.policy.pack import Pack
from shared.runtime import organisations, packs

_OF_A_PROGRAMME = ("unit.recognised",)

ROLE_TEXT = {
    "clerk": "经办",
    "reviewer": "审核",
    "admin": "系统管理员",
    "unit": "单位用户",
}


@dataclass(frozen=True, slots=True)
class Note:
    """What a timeline entry says. `data` goes onto the feed of changes.

    `node` is the office whose act it was, else that of who acts.
    """

    what: str
    says: str
    happened_on: date
    clause: str = ""
    decision_id: str = ""
    document: str = ""
    learned_at: datetime | None = None
    by: Actor | None = None
    node: str = ""


def need(tx: Tx, *roles: str) -> None:
    """Refuse an actor who holds none of the roles; the system itself may act."""
    if tx.actor.has("system") or any(tx.actor.has(role) for role in roles):
        return
    names = "、".join(ROLE_TEXT.get(role, role) for role in roles)
    raise Refused("not_allowed", f"您没有办理此事项的权限（需要：{names}）", status=403)


def need_area(tx: Tx, division: str) -> None:
    """Refuse an actor whose node does not answer for a division of the register, or for a node.

    The register is shared by the programmes of a place (A-02), so a plain division asks for the
    area only; an office of a suite asks for one of that suite. The node of a system has no area
    of its own: its units are entered by the office of their place and marked.
    """
    node = tx.actor.node if suite_of(division) else area_of(tx.actor.node)
    if not covers(node, division):
        raise Refused("not_allowed", "该单位不在您的管辖区域内，不能办理", status=403)
    if system_of(tx.actor.node) and not suite_of(division):
        says = "系统办公室不登记单位：请由单位所在地办公室登记并标注所属系统"
        raise Refused("not_allowed", says, status=403)


def need_node(tx: Tx, node: str) -> None:
    """Refuse an actor whose node does not answer for an office of its own programme."""
    if not covers(tx.actor.node, node):
        raise Refused("not_allowed", "该机构不在您的管辖区域内，不能办理", status=403)


def need_text(text: str, says: str, pointer: str) -> str:
    """A text that must not be empty, without blanks around it."""
    if not text.strip():
        raise Refused("text_missing", says, status=422, errors=[{"pointer": pointer, "says": says}])
    return text.strip()


def pack_for(tx: Tx, division: str, on: date | None = None) -> Pack:
    """The law in force for a division or node; Refused("pack_not_activated") when there is none.

    The unit register is shared (A-02): an officer of another suite reads a plain division by the
    law of that suite.
    """
    suite = suite_of(division) or suite_of(tx.actor.node)
    node = area_of(division)[:6] + (f".{suite}" if suite else "")
    return packs.in_force(tx, node=node, on=on or tx.today)


def fact(tx: Tx, name: str, value: FactValue, origin: str = "登记") -> Fact:
    """A fact learned now."""
    return Fact(name, value, origin, tx.today, tx.now)


def judge(
    tx: Tx, pack: Pack, name: str, facts: Sequence[Fact], *, kind: str = "", reason: str = ""
) -> Determination:
    """Assess a gate of the pack; refused when a rule, or the lack of the gate, is in the way."""
    determination = assess(need_gate(pack, name, kind), facts, tx.today)
    return refuse_unless_met(determination, reason)


def office_of(division: str, suite: str = "") -> str:
    """The office that answers for a division: a zone's own before the district's."""
    found = organisations.office_for(division, suite)
    return found.code if found else in_suite(division[:6], suite)


def note(tx: Tx, unit_id: str, said: Note, data: dict[str, object] | None = None) -> None:
    """Leave an entry on the unit's timeline and a line on the feed of changes."""
    notes(tx, [(unit_id, said, data or {})])


def notes(tx: Tx, said: Sequence[tuple[str, Note, dict[str, object]]]) -> None:
    """Leave many entries at once."""
    history.add_entries(tx, [_entry(tx, unit_id, entry) for unit_id, entry, _ in said])
    history.add_changes(
        tx,
        [
            {
                "type": entry.what,
                "unit_id": unit_id,
                "node": entry.node or (entry.by or tx.actor).node,
                "suite": _suite(tx, entry),
                "happened_on": entry.happened_on,
                "recorded_at": tx.now,
                "data": {"says": entry.says, "clause": entry.clause, **data},
            }
            for unit_id, entry, data in said
        ],
    )


def _suite(tx: Tx, said: Note) -> str:
    """Whose programme's act it was; those of the shared register are everybody's (A-02)."""
    shared = said.what.startswith(("unit.", "relation.")) and said.what not in _OF_A_PROGRAMME
    return history.EVERYBODY if shared else suite_of(said.node or (said.by or tx.actor).node)


def _entry(tx: Tx, unit_id: str, said: Note) -> dict[str, object]:
    by = said.by or tx.actor
    return {
        "entry_id": tx.new_id("entry"),
        "unit_id": unit_id,
        "suite": _suite(tx, said),
        "what": said.what,
        "says": said.says,
        "happened_on": said.happened_on,
        "learned_at": said.learned_at or tx.now,
        "by_id": by.id,
        "by_name": by.name,
        "clause": said.clause,
        "decision_id": said.decision_id,
        "document": said.document,
    }
