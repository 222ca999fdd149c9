"""The rows of an import, judged chunk by chunk against the pack, the register and one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registry.domain.doubles import Entry
from services.registry.domain.entry import dates_faults, is_own_number
from services.registry.domain.importing import Finding, Outcome, ReadRow, changes_between
from services.registry.domain.search import name_key
from services.registry.handlers.acts import fact
from services.registry.handlers.doubles import alike_among, says_of
from services.registry.handlers.import_reading import Plain, Reading
from services.registry.handlers.unit_entries import (
    division_fault,
    is_open,
    likeness_of,
    plain_columns,
)
from services.registry.store import doubles, external_ids, units
from services.registry.store.imports import staged
from services.registry.store.reference import division_text
from services.registry.store.units import Row
from shared.contracts.registry import UnitEntry
from shared.contracts.scalars import area_of, covers, kind_text
from shared.messaging.tx import Tx
from shared.policy.assess import assess, need_gate
from shared.policy.pack import Pack, UnitKind


@dataclass
class Chunk:
    """One chunk being judged: what the register and the rows before it in the chunk already hold."""

    tx: Tx
    pack: Pack
    reading: Reading
    import_id: str
    by_code: dict[str, Row] = field(default_factory=dict)
    by_name: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    by_number: dict[str, Row] = field(default_factory=dict)
    numbered: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    divisions: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)  # of units to be, read the long way
    gates: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def judged(self, system: str) -> tuple[Plain, list[dict[str, Any]]]:
        """The rows that are plainly new units, and what becomes of each other one.

        system   whose numbers they carry
        """
        plain, told = self.reading.plain, [*self.reading.told]
        codes = [*plain.codes, *(row.code for row in told)]
        codeless = [row.entry.name_text for row in told if row.entry and not row.code]
        self.by_code = units.find_by_codes(self.tx, codes)
        self.by_name = units.find_by_names(self.tx, map(name_key, codeless))
        if system:
            numbers = [row.external_id for row in told if row.external_id]
            self.by_number = external_ids.find_units(self.tx, system, numbers)
            held = [row["unit_id"] for row in (*self.by_code.values(), *self.by_name.values())]
            self.numbered = external_ids.numbers_of(self.tx, system, held)
        met = self._met(plain, codes)
        told += [self.reading.again(plain.rows[n]) for n in met]
        others = [self._staged(row) for row in sorted(told, key=lambda row: row.row)]
        stays = plain.without(met) if met else plain
        return self._with_doubles(stays, others, is_whole=not met)

    def _met(self, plain: Plain, codes: Sequence[str]) -> set[int]:
        """Places of plain rows that are no new units, or may not enter here: like any other then."""
        known = set(self.by_code)
        if len(set(codes)) < len(codes):
            known |= {code for code, times in Counter(codes).items() if times > 1}
        wrong = {code for code in set(plain.divisions) if self._area_fault(code)}
        refused = {kind for kind in set(plain.kinds) if self._rules(kind)}
        columns = (plain.codes, known), (plain.divisions, wrong), (plain.kinds, refused)
        return {
            n
            for column, doubted in columns
            if doubted
            for n, value in enumerate(column)
            if value in doubted
        }

    def _with_doubles(
        self, plain: Plain, others: list[dict[str, Any]], *, is_whole: bool
    ) -> tuple[Plain, list[dict[str, Any]]]:
        """Rows that look like a unit there is, or like another row of this chunk, are told so."""
        own = (doubles.as_set(entry.keys) for entry in self.entries)
        rows = doubles.find_candidates(self.tx, [*plain.keys, *own])
        if is_whole and not (rows or self.entries):
            found = self.reading.alike
        else:
            ids = set(plain.ids)
            entries = [one for one in self.reading.entries() if one.unit_id in ids]
            entries += self.entries
            found = alike_among(rows, entries, entries)
        if not found:
            return plain, others
        named = {row["unit_id"]: row for row in rows} | {row["unit_id"]: row for row in others}
        wanted = {*found, *(one.unit_id for alike in found.values() for one in alike)}
        said = {n: unit_id for n, unit_id in enumerate(plain.ids) if unit_id in wanted}
        told = {row.row: row for row in self.reading.new_rows({plain.rows[n] for n in said})}
        here = {i: staged(self.tx, told[plain.rows[n]]) for n, i in said.items()}
        named |= here
        for unit_id, alike in found.items():
            row = named[unit_id]
            row["says"] = [*row.get("says", ()), *(says_of(named[o.unit_id], o) for o in alike)]
            row["likely"] = True
        return plain.without(said), [*others, *here.values()]

    def _staged(self, row: ReadRow) -> dict[str, Any]:
        finding = self._finding(row)
        held = self._held(row)
        unit_id = finding.unit_id or self.tx.new_id("unit")
        values: dict[str, Any] = {"code": row.code, "name_text": row.name_text[:300]}
        if row.entry is not None and finding.outcome in (Outcome.NEW, Outcome.CHANGED):
            entry = row.entry if held is None else _merged(held, row.entry)
            kind = self.pack.kinds[entry.kind]
            code = held["code"] if held else ""
            values |= plain_columns(self.tx, entry, kind, held_code=code)
            values |= {"unit_id": unit_id, "name_key": name_key(entry.name_text)}
            like = likeness_of(values)
            self.entries.append(like)
            values["like_keys"] = like.keys
        return {
            "code": values.pop("code"),
            "name_text": values.pop("name_text"),
            "leader_code": values.pop("leader_code", ""),
            "entry": values,
            "external_id": row.external_id,
            "row": row.row,
            "unit_id": unit_id,
            "outcome": finding.outcome,
            "says": list(finding.says),
            "changes": finding.changes,
            "seen_revision": held["revision"] if held else None,
        }

    def _held(self, row: ReadRow) -> Row | None:
        if row.entry is None:
            return None
        if row.external_id in self.by_number:
            return self.by_number[row.external_id]
        if row.code:
            return self.by_code.get(row.code)
        key = (row.entry.kind, name_key(row.entry.name_text), row.entry.division[:6])
        return self.by_name.get(key)

    def _finding(self, row: ReadRow) -> Finding:
        says = [fault.says for fault in row.faults]
        if row.entry is None:
            return Finding(row.row, Outcome.ERROR, tuple(says))
        says += filter(None, [self._area_fault(row.entry.division)])
        says += () if says else self._rules(row.entry.kind)
        if says:
            return Finding(row.row, Outcome.ERROR, tuple(says))
        if earlier := self._earlier(row):
            return Finding(row.row, Outcome.CONFLICT, (repeats(earlier),))
        return self._compared(row, row.entry)

    def _compared(self, row: ReadRow, entry: UnitEntry) -> Finding:
        held = self._held(row)
        if held is not None:
            clash = self._clash(row, held)
            conflict = Finding(row.row, Outcome.CONFLICT, (clash,))
            return conflict if clash else self._against(entry, held, row)
        if is_own_number(row.code):
            unknown = f"编号“{row.code}”不在名册内：新登记的单位由系统编号，请把代码留空"
            return Finding(row.row, Outcome.ERROR, (unknown,))
        return Finding(row.row, Outcome.NEW)

    def _earlier(self, row: ReadRow) -> int | None:
        assert row.entry is not None  # noqa: S101  narrowed by the caller
        key = row.code or f"{row.entry.kind}/{name_key(row.entry.name_text)}/{row.entry.division}"
        earlier = self.seen.get(key)
        self.seen.setdefault(key, row.row)
        return earlier

    def _clash(self, row: ReadRow, held: Row) -> str:
        """Why the other system's number cannot mean this unit, or ""."""
        if not row.external_id:
            return ""
        if row.code and held["code"] != row.code:
            told = f"编号“{row.external_id}”已对应“{held['name_text']}”（{held['code']}）"
            return f"{told}，与本行代码不同：请核对后更正代码"
        other = self.numbered.get(held["unit_id"], row.external_id)
        if other != row.external_id:
            return f"该单位已对应编号“{other}”，本行写的是“{row.external_id}”：请在来源系统核对"
        return ""

    def _against(self, entry: UnitEntry, held: Row, row: ReadRow) -> Finding:
        if not covers(area_of(self.tx.actor.node), held["division"]):
            says = "该代码已由其他区登记：请与市级三方办公室核对单位所在地"
        elif held["kind"] != entry.kind:
            says = f"该代码已按“{kind_text(held['kind'])}”登记，类型不同：请核对"
        elif held["merged_into"]:
            says = "该代码的登记已并入另一单位：请改用保留的那一条"
        elif held["standing"] == "closed":
            says = "该单位已注销：如重新参加，请逐户办理“恢复登记”"
        elif held["district"] != entry.division[:6]:
            says = (
                f"名册所在地为{division_text(held['division'])}，涉及另一办公室：请逐户办理“迁移”"
            )
        else:
            changes = changes_between(held, entry)
            if wrong := dates_faults(_merged(held, entry)) if changes else []:
                return Finding(row.row, Outcome.ERROR, tuple(fault.says for fault in wrong))
            outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
            return Finding(row.row, outcome, (), held["unit_id"], changes)
        return Finding(row.row, Outcome.CONFLICT, (says,))

    def _area_fault(self, code: str) -> str:
        if code not in self.divisions:
            fault = division_fault(self.tx, code)
            if not fault and not covers(area_of(self.tx.actor.node), code):
                fault = f"行政区划“{code}”不在您的管辖区域内"
            self.divisions[code] = fault
        return self.divisions[code]

    def _rules(self, kind: str) -> tuple[str, ...]:
        """The gate's refusals, judged once for rows that give it the same facts."""
        if kind not in self.gates:
            self.gates[kind] = self._judged_gate(self.pack.kinds[kind])
        return self.gates[kind]

    def _judged_gate(self, kind: UnitKind) -> tuple[str, ...]:
        tx = self.tx
        if not is_open(tx, self.pack, kind):
            return (f"“{kind.name}”只作探索，本地没有打开登记开关",)
        facts = [
            fact(tx, "unit.kind", kind.id),
            fact(tx, "unit.code_valid", value=True),
            fact(tx, "unit.has_project_number", kind.identifier == "project_number"),
        ]
        found = assess(need_gate(self.pack, "unit.register", kind.id), facts, tx.today)
        return tuple(o.says for o in (*found.hard_unmet, *found.unknown))


def repeats(earlier: int) -> str:
    """What is said of a row whose unit an earlier row has named."""
    return f"与本文件第 {earlier} 行是同一单位：请只保留一行"


def _merged(held: Row, entry: UnitEntry) -> UnitEntry:
    """The register's entry with what the row fills in; a blank cell changes nothing."""
    names = [name for name in UnitEntry.model_fields if name not in ("kind", "code", "details")]
    given = {name: getattr(entry, name) for name in names}
    kept = {name: given[name] if given[name] not in (None, "") else held[name] for name in names}
    details = {**held["details"], **entry.details}
    return UnitEntry(kind=held["kind"], code=held["code"], details=details, **kept)
