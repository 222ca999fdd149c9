"""A pack as REST answers it: its head, documents, settings, clauses, and every entry in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

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


class View(BaseModel):
    """Part of an answer: what it holds is what it says."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentView(View):
    """A document. `number` and `issued_on` are null when none is printed, never invented."""

    id: str
    title: str
    number: str | None
    status: str
    status_text: str
    issued_on: date | None
    bodies: list[str]
    loaded: bool = Field(description="false：只有名称，文本待装入")
    link: str | None
    named_in: list[str] = Field(description="写明它的条款")


class PackHead(View):
    """Who a pack is. `effective_on` is null while the document leaves its first day blank."""

    id: str
    version: str
    title: str
    status: str
    status_text: str
    number: str | None
    issued_on: date | None
    effective_on: date | None
    authority: str | None
    jurisdiction: str
    parent: str | None
    fingerprint: str


class PackList(View):
    """Packs on file, and every activation: a pack on file does nothing until it is activated."""

    packs: list[PackHead]
    activations: list[ActivationView]


class ValueView(View):
    """A setting's value with its days; `to_on` null: open."""

    value: str | int | bool | None
    from_on: date
    to_on: date | None
    clause: str


class SettingView(View):
    """A setting. `value` is its last one, null while nobody has entered any."""

    name: str
    says: str
    value: str | int | bool | None
    required: bool
    from_text: bool = Field(description="false：非文件规定")
    ambiguity: str | None
    values: list[ValueView]


class RestingView(View):
    """An entry that rests on a clause."""

    section: str
    id: str
    title: str


class ClauseView(View):
    """A clause with its own words and what rests on it, or why nothing does."""

    id: str
    citation: str
    document: str
    wording: str
    basis: list[str]
    resting: list[RestingView]
    unused_because: str | None


class LineView(View):
    """One thing said of an entry."""

    label: str
    items: list[str]


class BasisView(View):
    """A document an entry rests on: the one its clause stands in, and those the clause names."""

    id: str
    title: str
    number: str | None


class EntryView(View):
    """An entry in words (`lines`) and as data; `clauses` and `basis` say what it rests on."""

    id: str
    title: str
    group: str
    tags: list[str]
    clauses: list[str]
    basis: list[BasisView]
    reading: str | None
    lines: list[LineView]
    parts: list[EntryView]
    data: dict[str, Any]


class SectionView(View):
    """A section of a pack."""

    id: str
    name: str
    entries: list[EntryView]


class MissingView(View):
    """Something still to be loaded or entered."""

    section: str
    id: str
    title: str
    wanted: str


class PackView(PackHead):
    """A pack, whole."""

    basis: list[DocumentView]
    documents: list[DocumentView]
    settings: list[SettingView]
    clauses: list[ClauseView]
    sections: list[SectionView]
    not_from_text: list[str] = Field(description="非文件规定的设置")
    to_be_loaded: list[MissingView]
    activations: list[ActivationView]


class DifferencePart(View):
    """What differs in one section, a sentence each."""

    section: str
    name: str
    sentences: list[str]


class DifferenceView(View):
    """What differs between two packs, or two versions of one."""

    before: PackHead
    after: PackHead
    parts: list[DifferencePart]


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
