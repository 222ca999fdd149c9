"""A programme's law as frozen data: what a pack holds once it has been read and checked.

Nothing here reads a file. `load.py` makes these from YAML; `assess.py` applies the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.policy.conditions import Condition
from shared.policy.programme import (
    Duty,
    FieldSpec,
    Gap,
    ListItem,
    Measure,
    NumberedRound,
    RecordKind,
    Relation,
    ReportForm,
    UnitMark,
    WorkItem,
)

Scalar = str | int | bool | Decimal | date


@dataclass(frozen=True, slots=True)
class Source:
    """A document. `loaded` is False for one that is named but not printed ("to be loaded").

    number      as printed, "" when none is; issued_on: None when no date is printed
    link   where the text is to be had, as another document prints it
    kinds  it is a creation standard of its own for these kinds of unit, held beside the printed
           one: both parts are needed and the stricter result counts (A-41)
    """

    id: str
    title: str
    status: str
    number: str = ""
    issued_on: date | None = None
    bodies: tuple[str, ...] = ()
    loaded: bool = True
    link: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A place in a document with its own words. `id` reads like "NB23:二(五).3" (third sentence).

    unused_because  why no rule of the pack rests on it ("" when one does)
    basis           the documents the words themselves name: shown with all that rests on the clause
    """

    id: str
    source: str
    citation: str
    wording: str
    unused_because: str = ""
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A dated value. Not `from_text`: shown everywhere as 「非文件规定」 with its ambiguity.

    required  a person must supply it: there may be no value at all, and no default is invented
    """

    name: str
    says: str
    values: tuple[DatedValue, ...]
    from_text: bool
    ambiguity: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value in force from `from_on` up to and including `to_on` (None: open)."""

    from_on: date
    value: Scalar
    clause: str
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class FactSpec:
    """A fact rules may ask for, in an officer's words. form: flag, number, date or text."""

    name: str
    says: str
    form: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of law. `hard` rules refuse; soft ones ask for a recorded reason.

    code     the refusal code programs match on
    says     Chinese, fit to print in a letter; may name what to do
    mark     not "": the rule never stands in the way, an unmet one only leaves this mark ("late")
    reading  how the clause is read where it can be read otherwise (number of the ambiguity)
    """

    id: str
    gate: str
    code: str
    says: str
    clause: str
    when: Condition
    hard: bool = True
    kinds: tuple[str, ...] = ()
    status: int = 409
    mark: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class UnitKind:
    """A kind of unit the pack knows. identifier: credit_code, project_number or internal.

    pilot     explored, never titled; switch: the flag setting that must be true to register one
    subtypes  when there are any, an entry must name one (details key `subtype`)
    public    fields the public list of open units shows; () when there is no such list
    """

    id: str
    name: str
    identifier: str
    fields: tuple[FieldSpec, ...]
    clause: str
    pilot: bool = False
    switch: str = ""
    subtypes: tuple[ListItem, ...] = ()
    public: tuple[str, ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One item of a standard, in the document's own words, with every element it lists.

    weight  its share of 100 (赋分比例); None while the document that prints it is not loaded. A
            standard weighs all its items but vetoes, or none
    """

    id: str
    heading: str
    says: str
    elements: tuple[str, ...]
    mandatory: bool
    method: str
    evidence: bool
    clause: str
    threshold: Decimal | None = None
    when: Condition | None = None
    na_allowed: bool = False
    note: str = ""
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """A creation standard for some kinds of unit. `marked` is shown with it (基线, 示例标准 …)."""

    id: str
    name: str
    version: str
    kinds: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    clause: str
    marked: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """A title or status, who gives it, and how many a year by kind of unit.

    rank      title, recognition (a base status), reserve (a list that gives no title by itself),
              pilot (a project, no title) or external (given outside this system, recorded by hand)
    by        who gives it, in the document's words
    every_years  the interval the text prints for a round, None when it prints none
    together  one number printed for all kinds together; its clause is the title's own
    ladder    titles of one ladder are steps: a unit that takes a higher one leaves the lower
    counted_by  the flag setting that must be true before such honours are entered (A-06)
    tolerance_percent  how far a number printed as 「约」「左右」 may be missed without a warning (A-04)
    """

    id: str
    name: str
    level: str
    kinds: tuple[str, ...]
    clause: str
    rank: str = "title"
    by: str = ""
    every_years: int | None = None
    validity_years: int | None = None
    together: int | None = None
    tolerance_percent: int | None = None
    ladder: str = ""
    counted_by: str = ""
    reading: str = ""
    quotas: Mapping[str, int] = field(default_factory=dict)
    quota_clauses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure; the order of steps is the order of law."""

    id: str
    name: str
    level: str
    role: str
    clause: str
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """Steps in their order: recognition, naming, exit."""

    id: str
    name: str
    steps: tuple[Step, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Benefit:
    """An incentive: who may have it and what it does.

    effect    lease (others act on it: inspection relief, green channels), priority, or record
    purposes  the entitlement-check purposes it answers
    degree    exempt or reduced for leases on inspection
    document  the source that prints its items, when another one does; none are known until loaded
    owners    who is responsible for it, as printed
    """

    id: str
    name: str
    says: str
    kinds: tuple[str, ...]
    effect: str
    when: Condition
    clause: str
    purposes: tuple[str, ...] = ()
    degree: str = ""
    document: str = ""
    owners: tuple[str, ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What an agency's event does on arrival. First match in order decides.

    effect           suspend, lift_exemption, review, gate, note
    ground           exit ground it may lead to once a person confirms, or ""
    ends             for closing events: the trigger type whose hold it takes away, or ""
    """

    id: str
    type: str
    effect: str
    says: str
    clause: str
    when: Condition | None = None
    ground: str = ""
    ends: str = ""
    reading: str = ""


@dataclass(frozen=True, slots=True)
class ExitGround:
    """A ground of exit in the document's words; `when` is judged on the confirmed facts."""

    id: str
    name: str
    clause: str
    when: Condition
    reading: str = ""


@dataclass(frozen=True, slots=True)
class NamedList:
    """Things the document enumerates: compulsory sections of a plan, merit headings …"""

    id: str
    says: str
    items: tuple[ListItem, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One programme's law, whole. `fingerprint` is the SHA-256 of its canonical JSON.

    authority  who runs the programme, as printed; "" when the document leaves it to the nodes
    document   the source that is the programme's own document, "" for one put together from others
    """

    id: str
    version: str
    title: str
    status: str
    jurisdiction: str
    parent: str
    fingerprint: str
    sources: Mapping[str, Source]
    clauses: Mapping[str, Clause]
    kinds: Mapping[str, UnitKind]
    settings: Mapping[str, Setting]
    gates: Mapping[str, tuple[Rule, ...]]
    standards: Mapping[str, Standard]
    titles: Mapping[str, Title]
    procedures: Mapping[str, Procedure]
    benefits: Mapping[str, Benefit]
    triggers: tuple[Trigger, ...]
    grounds: Mapping[str, ExitGround]
    duties: tuple[Duty, ...]
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    facts: Mapping[str, FactSpec] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    marks: Mapping[str, UnitMark] = field(default_factory=dict)
    records: Mapping[str, RecordKind] = field(default_factory=dict)
    gaps: Mapping[str, Gap] = field(default_factory=dict)
    work_items: Mapping[str, WorkItem] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    reports: Mapping[str, ReportForm] = field(default_factory=dict)
    rounds: Mapping[str, NumberedRound] = field(default_factory=dict)
    authority: str = ""
    document: str = ""

    def clause(self, clause_id: str) -> Clause:
        """The clause with its wording; KeyError for an id the loader would have refused."""
        return self.clauses[clause_id]

    def step_clause(self, procedure: str, step: str = "") -> str:
        """The clause a step of a procedure rests on, else the procedure's own; "" when none is."""
        found = self.procedures.get(procedure)
        if found is None:
            return ""
        return next((s.clause for s in found.steps if s.id == step), found.clause)

    def setting(self, name: str, on: date) -> DatedValue:
        """The value of a setting in force on a day; KeyError when the pack has none then."""
        for dated in self.settings[name].values:
            if dated.from_on <= on and (dated.to_on is None or on <= dated.to_on):
                return dated
        raise KeyError(f"{self.id}: {name} 在 {on} 没有值")

    def standard_for(self, kind: str) -> Standard | None:
        """The standard a unit of this kind is held against, or None when none is loaded (A-03).

        One of a document held beside it (`Source.kinds`) is never taken for it.
        """
        found = (s for s in self.standards.values() if kind in s.kinds)
        return next((s for s in found if kind not in self.source_of(s.clause).kinds), None)

    def source_of(self, clause_id: str) -> Source:
        """The document a clause stands in."""
        return self.sources[self.clauses[clause_id].source]
