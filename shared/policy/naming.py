"""What the ids in one pack mean: every reference between its entries, said in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.policy.pack import Pack, Source
from shared.policy.programme import FieldSpec, ListItem
from shared.policy.said import CLOSED, gate_name

Table = Mapping[str, str]
_SETTING = re.compile(r" ?\b[a-z]+(?:[._][a-z_]+)+\b ?")
_CLAUSE = re.compile(r"[A-Z][A-Z0-9]*:[^\s，。；、：）」]+")


def source_text(source: Source) -> str:
    """A document as it is quoted: 《题名》（文号）, without the number when none is printed."""
    title = source.title.strip("《》")
    return f"《{title}》（{source.number}）" if source.number else f"《{title}》"


def source_short(source: Source) -> str:
    """A document in running text: by its number when it has one."""
    return source.number or f"《{source.title.strip('《》')}》"


class Names:
    """The words behind the ids of a pack. What nobody has words for stays as it is written."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.tables: Mapping[str, Table] = {
            "kind": {key: kind.name for key, kind in pack.kinds.items()},
            "record": {key: kind.name for key, kind in pack.records.items()},
            "report": {key: form.name for key, form in pack.reports.items()},
            "title": {key: title.name for key, title in pack.titles.items()},
            "ground": {key: ground.name for key, ground in pack.grounds.items()},
            "measure": {key: measure.says for key, measure in pack.measures.items()},
            "setting": {key: setting.says for key, setting in pack.settings.items()},
            "relation": {key: relation.says for key, relation in pack.relations.items()},
            "mark": {key: mark.says for key, mark in pack.marks.items()},
            "list": {key: named.says for key, named in pack.lists.items()},
            "fact": {key: fact.says for key, fact in pack.facts.items()},
            "source": {key: source_text(source) for key, source in pack.sources.items()},
        }

    def word(self, family: str, value: str) -> str:
        """The words of a value: the pack's own first, then the closed vocabulary."""
        if family == "clause":
            return self.clause(value)
        own = self.tables.get(family, {}).get(value)
        return own or CLOSED.get(family, {}).get(value, value)

    def clause(self, clause_id: str) -> str:
        """Where a clause stands: the document, short, and the place in it."""
        clause = self.pack.clauses.get(clause_id)
        if clause is None:
            return clause_id
        source = self.pack.sources.get(clause.source)
        return f"{source_short(source)}{clause.citation}" if source else clause.citation

    def cited(self, text: str) -> str:
        """A text of the pack's writer with the clauses and settings it names said in words."""
        said = _CLAUSE.sub(lambda found: self.clause(found[0]), text)
        return _SETTING.sub(lambda found: self._setting(found[0]), said)

    def _setting(self, name: str) -> str:
        said = self.tables["setting"].get(name.strip())
        return f"「{said}」" if said else name

    def gate(self, gate: str) -> str:
        """Where a rule stands."""
        return gate_name(gate, self.tables["record"], self.tables["report"])

    def choices(self, field: FieldSpec) -> Table:
        """What may be chosen in a field, by id."""
        items = self.pack.lists[field.list].items if field.list in self.pack.lists else ()
        return {item.id: item.says for item in (*field.options, *items)}

    def value(self, fact: str, value: str) -> str:
        """A fact's value that is a word: a kind, a level, a kind of event, a record's choice."""
        record, _, name = fact.partition(".")
        kind = self.pack.records.get(record)
        if kind is not None:
            own: Table = {}
            if name == "state":
                own = _by_id(kind.states)
            for field in kind.fields:
                own = self.choices(field) if field.name == name else own
            if value in own:
                return own[value]
        for part, family in _FACT_FAMILIES.items():
            if name.endswith(part) and self.word(family, value) != value:
                return self.word(family, value)
        return self.word("value", value)


_FACT_FAMILIES = {"kind": "kind", "level": "level", "type": "trigger", "title": "title"}


def _by_id(items: tuple[ListItem, ...]) -> dict[str, str]:
    return {item.id: item.says for item in items}
