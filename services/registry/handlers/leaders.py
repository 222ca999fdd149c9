"""A site's contractor: the leader code of its entry, and the relation that tells since when."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.domain.relations import LEADER
from services.registry.handlers.views import entered
from services.registry.store import relations, units
from services.registry.store.units import Row
from shared.messaging.tx import Tx
from shared.policy.pack import Pack


def tie_leader(tx: Tx, pack: Pack, row: Row) -> Row:
    """Tie a unit just entered to its contractor when that is on the register; the unit as it is then.

    Sites entered before their contractor find it when it comes.
    """
    if not row["leader_code"]:
        tie_waiting(tx, pack, [row["code"]])
        return row
    leader = units.find_by_codes(tx, [row["leader_code"]]).get(row["leader_code"])
    leader_id = (leader["merged_into"] or leader["unit_id"]) if leader else ""
    if leader_id == row["leader_unit_id"]:
        return row
    relations.end_all(
        tx, row["unit_id"], until_on=tx.today, reason="登记的总承包单位已变更", relation=LEADER
    )
    changed = units.set_leader(tx, row["unit_id"], leader_id)
    tie_by_entry(tx, pack, [row["unit_id"]])
    return changed


def tie_waiting(tx: Tx, pack: Pack, codes: Sequence[str]) -> None:
    """Tie sites that wait for contractors of these codes, and say so."""
    sites = units.tie_waiting(tx, codes)
    tie_by_entry(tx, pack, sites)
    for site in units.list_by_ids(tx, sites):
        tx.emit(entered(site))


def tie_by_entry(tx: Tx, pack: Pack, unit_ids: Sequence[str]) -> None:
    """Keep the contractors of these entries as relations, where the pack has one for them."""
    rule = pack.relations.get(LEADER)
    if rule is None or not unit_ids:
        return
    told = {
        "relation": rule.id,
        "relation_text": rule.says,
        "single": rule.single,
        "one_per_other": rule.one_per_other,
        "clause": rule.clause,
        "reason": "登记信息",
    }
    relations.tie_leaders(tx, unit_ids, told)
