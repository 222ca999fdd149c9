"""Taking part: how a unit begins to create where the document prints no commitment letter (A-11)."""

from __future__ import annotations

from datetime import date

from services.registry.domain.standing import Standing, move
from services.registry.handlers.acts import Note, need, need_area, notes, pack_for
from services.registry.store import cases, units
from services.registry.store.units import Row
from shared.contracts.refusals import Refused
from shared.contracts.registry_acts import Joined, JoinProgramme
from shared.messaging.tx import Tx
from shared.policy.pack import Pack

_LETTER = "commitment.accept"


def join_programme(tx: Tx, command: JoinProgramme) -> Joined:
    """Units of the actor's area take part from a day on: all of them, or none and why."""
    need(tx, "clerk")
    on = command.on or tx.today
    if on > tx.today:
        raise Refused("day_ahead", "参加日期不能晚于今天", status=422)
    rows = [units.load_unit(tx, unit_id=unit_id, lock=True) for unit_id in command.unit_ids]
    cases.learned_at(tx, tx.now)
    said: list[tuple[str, Note, dict[str, object]]] = []
    for row in rows:
        need_area(tx, row["division"])
        pack = pack_for(tx, row["division"])
        _refuse_letter(pack, row)
        clause = pack.kinds[row["kind"]].clause if row["kind"] in pack.kinds else ""
        units.set_standing(tx, row["unit_id"], move(row["standing"], Standing.CREATING), on=on)
        text = "参加创建" + (f"：{command.says.strip()}" if command.says.strip() else "")
        data: dict[str, object] = {"standing": Standing.CREATING.value}
        said.append((row["unit_id"], Note("unit.joined", text, on, clause), data))
    notes(tx, said)
    return Joined(unit_ids=command.unit_ids, joined_on=on)


def joined_by_application(tx: Tx, unit_id: str, on: date) -> None:
    """Whoever applies takes part; where a letter comes first, the unit has been creating since."""
    row = units.lock_unit(tx, unit_id)
    if row["standing"] == Standing.REGISTERED:
        units.set_standing(tx, unit_id, Standing.CREATING, on=on)


def _refuse_letter(pack: Pack, row: Row) -> None:
    if _LETTER not in pack.gates:
        return
    rules = pack.gates[_LETTER]
    raise Refused(
        "commitment_needed",
        f"《{pack.title}》以创建承诺书为参加创建：请由{row['name_text']}提交承诺书，再予受理",
        rules[0].clause if rules else "",
    )
