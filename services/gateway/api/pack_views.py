"""A pack made ready for REST: its head, documents, settings, clauses, and every entry in words."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from services.gateway.api.pack_shapes import (
    BasisView,
    ClauseView,
    DocumentView,
    EntryView,
    LineView,
    MissingView,
    PackView,
    RestingView,
    SectionView,
    SettingView,
    ValueView,
)
from shared.contracts.registry_answers import ActivationView
from shared.policy.grounding import (
    basis,
    documents_of,
    effective_on,
    named_in,
    outside_text,
    resting,
    to_be_loaded,
)
from shared.policy.pack import Clause, DatedValue, Pack, Setting, Source
from shared.policy.said import STATUS_NAMES
from shared.policy.telling import Section, Told, sections

_APART = ("sources", "clauses", "settings")


def head_of(pack: Pack) -> dict[str, Any]:
    """The fields of `PackHead`."""
    source = pack.sources.get(pack.document)
    return {
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "status": pack.status,
        "status_text": STATUS_NAMES.get(pack.status, pack.status),
        "number": (source.number or None) if source else None,
        "issued_on": source.issued_on if source else None,
        "effective_on": effective_on(pack),
        "authority": pack.authority or None,
        "jurisdiction": pack.jurisdiction,
        "parent": pack.parent or None,
        "fingerprint": pack.fingerprint,
    }


def view_of(pack: Pack, activations: list[ActivationView]) -> PackView:
    """The whole pack."""
    rests = resting(pack)
    return PackView(
        **head_of(pack),
        basis=[_document(pack, source) for source in basis(pack)],
        documents=[_document(pack, source) for source in pack.sources.values()],
        settings=[_setting(setting) for setting in pack.settings.values()],
        clauses=[
            ClauseView(
                id=clause.id,
                citation=clause.citation,
                document=clause.source,
                wording=clause.wording,
                basis=list(clause.basis),
                resting=[
                    RestingView(section=r.section, id=r.id, title=r.title)
                    for r in rests.get(clause.id, ())
                ],
                unused_because=clause.unused_because or None,
            )
            for clause in pack.clauses.values()
        ],
        sections=[
            _section(pack, section) for section in sections(pack) if section.id not in _APART
        ],
        not_from_text=[setting.name for setting in outside_text(pack)],
        to_be_loaded=[
            MissingView(section=m.section, id=m.id, title=m.title, wanted=m.wanted)
            for m in to_be_loaded(pack)
        ],
        activations=[a for a in activations if a.pack_id == pack.id],
    )


def _document(pack: Pack, source: Source) -> DocumentView:
    return DocumentView(
        id=source.id,
        title=source.title,
        number=source.number or None,
        status=source.status,
        status_text=STATUS_NAMES.get(source.status, source.status),
        issued_on=source.issued_on,
        bodies=list(source.bodies),
        loaded=source.loaded,
        link=source.link or None,
        named_in=[clause.id for clause in named_in(pack, source.id)],
    )


def _setting(setting: Setting) -> SettingView:
    values = [_value(dated) for dated in setting.values]
    return SettingView(
        name=setting.name,
        says=setting.says,
        value=values[-1].value if values else None,
        required=setting.required,
        from_text=setting.from_text,
        ambiguity=setting.ambiguity or None,
        values=values,
    )


def _value(dated: DatedValue) -> ValueView:
    return ValueView(
        value=to_jsonable_python(dated.value),
        from_on=dated.from_on,
        to_on=dated.to_on,
        clause=dated.clause,
    )


def _section(pack: Pack, section: Section) -> SectionView:
    raw = _raw(pack, section.id)
    entries = [
        _entry(pack, told, raw.get(told.id), group.name)
        for group in section.groups
        for told in group.entries
    ]
    return SectionView(id=section.id, name=section.name, entries=entries)


def _raw(pack: Pack, section: str) -> dict[str, Any]:
    if section == "gates":
        return {rule.id: rule for rules in pack.gates.values() for rule in rules}
    entries = getattr(pack, section)
    return entries if isinstance(entries, dict) else {entry.id: entry for entry in entries}


def _entry(pack: Pack, told: Told, entry: Any, group: str) -> EntryView:
    clauses: list[Clause] = [pack.clauses[clause] for clause in told.clauses]
    documents = {s.id: s for clause in clauses for s in documents_of(pack, clause)}
    data = to_jsonable_python(entry) if entry is not None else {}
    return EntryView(
        id=told.id,
        title=told.title,
        group=group,
        tags=list(told.tags),
        clauses=list(told.clauses),
        basis=[
            BasisView(id=s.id, title=s.title, number=s.number or None) for s in documents.values()
        ],
        reading=told.reading or None,
        lines=[LineView(label=line.label, items=list(line.items)) for line in told.lines],
        parts=[_entry(pack, part, None, "") for part in told.parts],
        data={key: value for key, value in data.items() if key != "when"},
    )
