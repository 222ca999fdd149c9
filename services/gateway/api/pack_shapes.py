"""What REST answers about packs, shape by shape: heads, documents, settings, clauses, entries."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.registry_answers import ActivationView


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
