"""What stands on what in a pack: clauses and the entries that rest on them, documents and where
they are named, what no document says, and what still has to be loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shared.policy.checks import clauses_of, entries
from shared.policy.pack import Clause, Pack, Setting, Source
from shared.policy.telling import called

_ISSUED = ("effective_on", "programme.from")
_REFERENCE = "reference"
_OUTSIDE = "not_from_text"


@dataclass(frozen=True, slots=True)
class Resting:
    """An entry that rests on a clause."""

    section: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What still has to be loaded: its section, what it is called, and what is wanted."""

    section: str
    id: str
    title: str
    wanted: str


def resting(pack: Pack) -> dict[str, tuple[Resting, ...]]:
    """Every entry by the clauses it, or a part of it, rests on."""
    found: dict[str, list[Resting]] = {}
    for section, key, entry in entries(pack):
        if section in ("sources", "clauses"):
            continue
        for clause in dict.fromkeys(clauses_of(entry)):
            found.setdefault(clause, []).append(Resting(section, key, called(entry)))
    return {clause: tuple(rows) for clause, rows in found.items()}


def documents_of(pack: Pack, clause: Clause) -> tuple[Source, ...]:
    """The document a clause stands in, and those its words name."""
    named = dict.fromkeys((clause.source, *clause.basis))
    return tuple(pack.sources[source] for source in named)


def named_in(pack: Pack, source_id: str) -> tuple[Clause, ...]:
    """The clauses whose words name a document."""
    return tuple(c for c in pack.clauses.values() if source_id in c.basis)


def basis(pack: Pack) -> tuple[Source, ...]:
    """The documents the programme's own document rests on or names."""
    return tuple(
        s for s in pack.sources.values() if s.status == _REFERENCE and named_in(pack, s.id)
    )


def effective_on(pack: Pack) -> date | None:
    """The programme's first day: as printed or entered, else the day of issue; None for neither.

    A day that the document leaves blank stays blank until a person enters it.
    """
    for name in _ISSUED:
        setting = pack.settings.get(name)
        if setting is not None:
            value = setting.values[-1].value if setting.values else None
            return value if isinstance(value, date) else None
    source = pack.sources.get(pack.document)
    return source.issued_on if source else None


def outside_text(pack: Pack) -> tuple[Setting, ...]:
    """The settings that no document prints."""
    return tuple(s for s in pack.settings.values() if not s.from_text)


def outside_clauses(pack: Pack) -> tuple[Clause, ...]:
    """The explanations that are no document's words; what rests on them is this system's own."""
    return tuple(c for c in pack.clauses.values() if pack.sources[c.source].status == _OUTSIDE)


def to_be_loaded(pack: Pack) -> tuple[Missing, ...]:
    """Documents without their text, what depends on them, and values nobody has entered yet."""
    return tuple(_missing(pack))


def _missing(pack: Pack) -> Iterator[Missing]:
    for key, source in pack.sources.items():
        if not source.loaded:
            yield Missing("sources", key, called(source), "文本")
    for key, benefit in pack.benefits.items():
        if benefit.document and not pack.sources[benefit.document].loaded:
            yield Missing("benefits", key, called(benefit), "所印的内容")
    for key, standard in pack.standards.items():
        if "待装入" in standard.marked:
            yield Missing(
                "standards", key, called(standard), standard.marked.removesuffix("待装入")
            )
    for kind in _without_standard(pack):
        yield Missing("standards", kind, f"{pack.kinds[kind].name}的创建标准", "标准")
    for key, setting in pack.settings.items():
        if not setting.values:
            yield Missing("settings", key, called(setting), "值，由有权的人填写")


def _without_standard(pack: Pack) -> Iterator[str]:
    titled = dict.fromkeys(kind for title in pack.titles.values() for kind in title.kinds)
    for kind in titled:
        known = pack.kinds.get(kind)
        if known is not None and not known.pilot and pack.standard_for(kind) is None:
            yield kind
