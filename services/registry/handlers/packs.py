"""Putting a pack to work, by name and with a reason (A-01), and the nodes it works for."""

from __future__ import annotations

from typing import Any

from services.registry.handlers.acts import Note, need, need_node, need_text, note
from services.registry.handlers.offices import node_view
from services.registry.handlers.records_printed import enter_printed
from services.registry.store import history
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry import PackActivated
from shared.contracts.registry_acts import ActivatePack, ListActivations, ListNodes
from shared.contracts.registry_answers import ActivationView
from shared.contracts.registry_packs import PackText, ReadPack
from shared.messaging.tx import Tx
from shared.policy.codec import pack_to_json
from shared.runtime import decisions, organisations, packs


def activate_pack(tx: Tx, command: ActivatePack) -> ActivationView:
    """Put a pack to work for a jurisdiction from a day on; a draft stays marked as one."""
    need(tx, "admin")
    need_node(tx, command.jurisdiction)
    reason = need_text(command.reason, "启用规则包须写明理由", "/reason")
    pack = packs.all_packs().get(command.pack_id)
    if pack is None:
        raise Refused("pack_not_found", f"没有规则包“{command.pack_id}”", status=404)
    said = PackActivated(
        pack_id=pack.id,
        pack_version=pack.version,
        fingerprint=pack.fingerprint,
        jurisdiction=command.jurisdiction,
        effective_on=command.effective_on,
        reason=reason,
        content=pack_to_json(pack),
    )
    packs.activate(tx, said)
    decision_id = decisions.record(
        tx,
        kind="pack.activate",
        subject=f"pack:{command.jurisdiction}",
        outcome="activated",
        says=f"启用《{pack.title}》（{pack.version}），自 {command.effective_on} 起：{reason}",
        pack=pack,
    )
    row = {
        "activation_id": tx.new_id("activation"),
        "pack_id": pack.id,
        "pack_version": pack.version,
        "pack_title": pack.title,
        "pack_status": pack.status,
        "fingerprint": pack.fingerprint,
        "jurisdiction": command.jurisdiction,
        "effective_on": command.effective_on,
        "reason": reason,
        "activated_at": tx.now,
        "activated_by": tx.actor.id,
        "activated_by_name": tx.actor.name,
    }
    history.add_activation(tx, row)
    tx.emit(said)
    text = f"启用规则包《{pack.title}》：{reason}"
    said_here = Note(
        "pack.activated", text, command.effective_on, "", decision_id, node=command.jurisdiction
    )
    note(tx, "", said_here)
    enter_printed(tx, pack, command.jurisdiction, command.effective_on)
    return ActivationView.model_validate({k: v for k, v in row.items() if k != "activation_id"})


def list_activations(tx: Tx, _command: ListActivations) -> dict[str, Any]:
    """Which pack works where and since when; by whom and why, within the actor's own region."""
    return {"activations": [_view(tx, row) for row in history.list_activations(tx)]}


def _view(tx: Tx, row: Row) -> ActivationView:
    shown = {name: row[name] for name in ActivationView.model_fields}
    if not organisations.may_know(tx.actor.node, row["jurisdiction"]):
        shown |= {"reason": "", "activated_by": "", "activated_by_name": ""}
    return ActivationView.model_validate(shown)


def read_pack(tx: Tx, command: ReadPack) -> PackText:
    """A version that was put to work once, as it was then."""
    fingerprint, content = packs.kept(tx, command.fingerprint)
    return PackText(fingerprint=fingerprint, content=content)


def list_nodes(tx: Tx, command: ListNodes) -> dict[str, Any]:
    """Organisation nodes of the actor's region with their party bodies and sides."""
    known = [n for n in organisations.all_nodes() if organisations.may_know(tx.actor.node, n)]
    if command.node:
        if command.node not in known:
            raise Refused("node_not_found", f"没有机构节点“{command.node}”", status=404)
        return {"nodes": [node_view(command.node, tx.today)]}
    return {"nodes": [node_view(code, tx.today) for code in sorted(known)]}
