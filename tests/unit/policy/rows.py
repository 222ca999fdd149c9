"""Where a pack holds each row of the obligations: the entries, and that they rest on its words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shared.policy.assess import Determination, assess, gate
from shared.policy.checks import clauses_of, entries
from shared.policy.conditions import Fact, Outcome, judge
from shared.policy.pack import Pack

_ROWS = Path(__file__).parents[2] / "obligations.json"
_DAY = date(2024, 6, 1)


def plain(text: str) -> str:
    """A text without its white space."""
    return re.sub(r"\s", "", text)


def words(pack: Pack, clause: str) -> str:
    """The wording of a clause without its white space."""
    return plain(pack.clause(clause).wording)


def whole_text(pack: Pack, source: str) -> tuple[int, str]:
    """Length and SHA-256 of a document as its clauses hold it, in order, without white space."""
    told = "".join(plain(c.wording) for c in pack.clauses.values() if c.source == source)
    return len(told), hashlib.sha256(told.encode()).hexdigest()


def rows_of(prefix: str) -> dict[str, str]:
    """Row → the document's own words."""
    rows = json.loads(_ROWS.read_text(encoding="utf-8"))
    return {r["id"]: r["wording"] for r in rows if r["id"].startswith(prefix)}


def unheld(pack: Pack, rows: Mapping[str, str], held_by: Mapping[str, str]) -> list[str]:
    """What is amiss: rows without entries, or whose words none of their entries rests on.

    `held_by`: row → entries as "section/key", an indicator as "standards/id#indicator".
    """
    found = []
    for row, wording in rows.items():
        places = held_by.get(row, "").split()
        parts = [plain(part) for part in wording.strip("「」").split("…")]
        rested = "".join(words(pack, c) for place in places for c in _rests_on(pack, place))
        if not places or not any(part in rested for part in parts):
            found.append(f"{row}：{wording}")
    return found


def missing(pack: Pack, held_by: Mapping[str, str]) -> list[str]:
    """Places that are not in the pack."""
    places = {place for row in held_by.values() for place in row.split()}
    return sorted(place for place in places if _entry(pack, place) is None)


def _entry(pack: Pack, place: str) -> Any:
    section, _, key = place.partition("/")
    key, _, item = key.partition("#")
    found = {(s, k): e for s, k, e in entries(pack)}.get((section, key))
    if item and found is not None:
        return next((i for i in found.indicators if i.id == item), None)
    return found


def _rests_on(pack: Pack, place: str) -> list[str]:
    entry = _entry(pack, place)
    if entry is None:
        return []
    if place.startswith("sources/"):
        return [c.id for c in pack.clauses.values() if c.source == entry.id or entry.id in c.basis]
    return list(clauses_of(entry))


def judged(pack: Pack, name: str, kind: str = "", **values: Any) -> Determination:
    """What a gate says of facts written with `__` for the dot."""
    return assess(gate(pack, name, kind), _facts(values), _DAY)


def stands(pack: Pack, benefit: str, **values: Any) -> Outcome:
    """Whether a benefit is had on these facts."""
    return judge(pack.benefits[benefit].when, _facts(values), _DAY).outcome


def meets(pack: Pack, standard: str, item: str, **values: Any) -> Outcome:
    """What an indicator that can be worked out says of these facts."""
    found = next(i for i in pack.standards[standard].indicators if i.id == item)
    assert found.when is not None
    return judge(found.when, _facts(values), _DAY).outcome


def _facts(values: Mapping[str, Any]) -> list[Fact]:
    return [Fact(name.replace("__", "."), value) for name, value in values.items()]


def items(pack: Pack, name: str) -> tuple[str, ...]:
    """The words of a named list."""
    return tuple(item.says for item in pack.lists[name].items)


def indicators_stand_in_their_clause(pack: Pack) -> None:
    """Every indicator's words are the document's own, in order of the text."""
    for standard in pack.standards.values():
        for item in standard.indicators:
            assert plain(item.says) in words(pack, item.clause), item.id


def not_from_text_says_so(pack: Pack) -> None:
    """A setting is from the text or names its ambiguity, and its clause tells which."""
    for key, setting in pack.settings.items():
        assert setting.from_text or setting.ambiguity, key
        for dated in setting.values:
            source = pack.sources[pack.clause(dated.clause).source]
            assert (source.status == "not_from_text") is (not setting.from_text), key
