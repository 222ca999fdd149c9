"""What the registry says, and what it accepts about units and imports.

What it accepts about plans, commitments, cultivation, honours and packs is in
`registry_acts.py`; what it answers is in `registry_answers.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Command, Event, Shape
from shared.contracts.table import Cell, Table

# --- says ---------------------------------------------------------------------------------


class PackActivated(Event):
    """A named person put a pack to work for a jurisdiction (NB23 is a draft: A-01)."""

    name: ClassVar[str] = "registry.pack_activated"

    pack_id: str
    pack_version: str
    fingerprint: str
    jurisdiction: str
    effective_on: date
    reason: str
    content: str  # the pack's canonical JSON: hearers pin it, files may change later

    def subject(self) -> str:
        """Activations of one jurisdiction keep their order."""
        return f"pack:{self.jurisdiction}"


class UnitEntered(Event):
    """A unit is on the register, or its entry was amended: always the whole entry."""

    name: ClassVar[str] = "registry.unit_entered"

    unit_id: str
    kind: str
    name_text: str
    code: str  # credit code, project number or internal identifier: what agencies name it by
    division: str
    size: str = ""
    industry: str = ""
    headcount: int = 0
    leader_unit_id: str = ""  # the contractor of a site
    ends_on: date | None = None  # end of a site project
    revision: int = 1


class UnitClosed(Event):
    """A unit's entry ended (site finished, enterprise closed, entered twice)."""

    name: ClassVar[str] = "registry.unit_closed"

    unit_id: str
    closed_on: date
    reason: str
    revision: int = 0  # of the closing; a reopening with a higher one came after it


class UnitReopened(Event):
    """A closed unit is on the register again, with the entry it had."""

    name: ClassVar[str] = "registry.unit_reopened"

    unit_id: str
    reopened_on: date
    reason: str
    revision: int


class UnitMerged(Event):
    """A unit was entered twice: what is said of its code from now on is said of `into_unit_id`.

    It held no title, hold or case when it was given up; its closing is said beside this.
    """

    name: ClassVar[str] = "registry.unit_merged"

    unit_id: str
    into_unit_id: str
    merged_on: date
    reason: str


class PlanFiled(Event):
    """A node's annual plan was filed: window, standards and papers for applications (二(二))."""

    name: ClassVar[str] = "registry.plan_filed"

    plan_id: str
    node: str
    year: int
    window_from: date
    deadline_on: date
    standards: dict[str, str]  # unit kind -> standard id (with the version the plan fixed)
    papers: tuple[str, ...] = ()
    publicity: bool = False  # whether the plan asks for a notice before recognition

    def subject(self) -> str:
        """Plans of one node keep their order."""
        return f"plan:{self.node}"


class CommitmentAccepted(Event):
    """The local office accepted a commitment letter; the unit is creating (NB23 二(一))."""

    name: ClassVar[str] = "registry.commitment_accepted"

    unit_id: str
    commitment_id: str
    office: str
    accepted_on: date


class CultivationStarted(Event):
    """A unit is cultivated as a demonstration unit from this day (NB23 二(三))."""

    name: ClassVar[str] = "registry.cultivation_started"

    unit_id: str
    cultivation_id: str
    started_on: date
    node: str


class TitleGranted(Event):
    """A title stands in the honour register, with its plaque number."""

    name: ClassVar[str] = "registry.title_granted"

    unit_id: str
    title_id: str
    title_kind: str  # the pack's title id
    title_text: str
    level: str
    number: str
    plaque_number: str
    granted_on: date
    round_year: int
    decision_id: str


class TitleRevoked(Event):
    """A title is cancelled, with ground and decision; said once (NB23 二(五))."""

    name: ClassVar[str] = "registry.title_revoked"

    unit_id: str
    title_id: str
    title_text: str
    level: str
    revoked_on: date
    ground: str
    case_id: str
    decision_id: str


class PlaqueReturned(Event):
    """A plaque came back, or its loss was explained."""

    name: ClassVar[str] = "registry.plaque_returned"

    unit_id: str
    title_id: str
    plaque_number: str
    returned_on: date
    lost_reason: str = ""


# --- accepts ------------------------------------------------------------------------------


class UnitEntry(Shape):
    """What an officer writes down about a unit; `details`: the kind's own fields (the pack's)."""

    kind: str
    name_text: str
    code: str = ""
    division: str
    address: str = ""
    industry: str = ""
    headcount: int | None = None
    revenue: Decimal | None = None  # 万元
    assets: Decimal | None = None  # 万元
    size: str = ""  # large, medium, small, micro; computed when empty
    leader_code: str = ""  # the contractor's credit code, for sites
    starts_on: date | None = None
    ends_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    details: dict[str, str] = Field(default_factory=dict)


class RegisterUnit(Command):
    """Enter one unit. Answers `UnitView`; the same code twice is `code_taken`."""

    name: ClassVar[str] = "registry.register_unit"

    entry: UnitEntry


class AmendUnit(Command):
    """Replace a unit's entry; `revision`: the one seen (If-Match). Answers `UnitView`."""

    name: ClassVar[str] = "registry.amend_unit"

    unit_id: str
    revision: int
    entry: UnitEntry
    reason: str


class CloseUnit(Command):
    """End a unit's entry (A-44); honours stay in history. Answers `UnitView`."""

    name: ClassVar[str] = "registry.close_unit"

    unit_id: str
    closed_on: date
    reason: str


class GetUnit(Command):
    """Answers `UnitView`. Another area's unit is 404."""

    name: ClassVar[str] = "registry.get_unit"

    unit_id: str = ""
    code: str = ""


class UnitFilter(Shape):
    """Every filter of the unit list; `text` takes two characters of a name, initials, or a code."""

    kinds: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()
    division: str = ""
    standings: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    heads_from: int | None = None  # head count, both ends included
    heads_to: int | None = None
    began_in: int | None = None  # year in which it was opened or begun
    mark: str = ""  # "leading", or with a value "class:B"; marks of the actor's programme
    fields: tuple[str, ...] = ()  # the kind's own fields: "level:city", each must match
    title_level: str = ""  # units holding an active title of this level; "none": holding none
    text: str = ""


Sort = Literal["name", "-name", "entered_at", "-entered_at", "headcount", "-headcount"]


class FindUnits(Command):
    """A page of units by key. Answers `UnitPage`; pass `next_after` on for the following one."""

    name: ClassVar[str] = "registry.find_units"

    where: UnitFilter = UnitFilter()
    sort: Sort = "name"
    after: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class ExportUnits(Command):
    """As FindUnits with pages of up to 5,000: exactly what is filtered, sorted by name."""

    name: ClassVar[str] = "registry.export_units"

    where: UnitFilter = UnitFilter()
    after: str = ""
    limit: int = Field(default=5000, ge=1, le=5000)


class CountUnits(Command):
    """Answers `UnitCounts`: how many in all, by kind, by standing, within the actor's area.

    `up_to`: count no further; more than so many are told by `total_more` ("1,000+"), and the sums
    by kind, standing and division stay empty. Without it the count is exact, and takes its time
    where a filter matches a large part of a large register.
    """

    name: ClassVar[str] = "registry.count_units"

    where: UnitFilter = UnitFilter()
    up_to: int | None = Field(default=None, ge=1, le=100_000)


IMPORT_COLUMNS: dict[str, str] = {  # heading in the file -> field of UnitEntry
    "单位类型": "kind",
    "单位名称": "name_text",
    "统一社会信用代码/项目编号": "code",
    "行政区划代码": "division",
    "地址": "address",
    "行业代码": "industry",
    "职工人数": "headcount",
    "营业收入（万元）": "revenue",
    "资产总额（万元）": "assets",
    "规模": "size",
    "施工总承包单位": "contractor",  # from here on also the kinds' own fields
    "施工总承包单位信用代码": "leader_code",
    "管理机构": "managing_body",
    "牵头单位": "leading_body",
    "开工日期": "starts_on",
    "竣工日期": "ends_on",
    "联系人": "contact_name",
    "联系电话": "contact_phone",
}


class StageImport(Command):
    """Stage rows of a file for a dry run, in chunks; nothing enters the register yet.

    First chunk: `import_id` empty. Cells as the file has them (a numeric cell stays a number, so
    that a code stored as number can be told); `first_row` is the file's row number of rows[0].
    Answers `ImportReport`; its counts and rows come with the chunk that `is_last`.

    packed  `count` rows by their columns instead of `rows`, for large files: JSON, each column with
            a cell for each row, or with the one cell that all of them have
    after   how many rows of the file came before this chunk: one that arrives before its turn is
            refused with `import_out_of_turn`, so that chunks may be under way together
    system  another system's name when the file is its export: column `external_id` is its number
    """

    name: ClassVar[str] = "registry.stage_import"

    import_id: str = ""
    file_name: str
    file_digest: str = ""
    columns: tuple[str, ...]  # UnitEntry field names; unknown ones go to details
    first_row: int = 2
    rows: list[list[Cell]] = Field(default_factory=list, max_length=20_000)
    count: int = Field(default=0, ge=0, le=20_000)
    packed: str = ""
    after: int | None = Field(default=None, ge=0, le=10_000_000)
    is_last: bool = False
    system: str = Field(default="", max_length=40)

    def table(self) -> Table:
        """The rows by their columns; ValueError when `packed` is no table."""
        return Table.unpacked(self.count, self.packed) if self.packed else Table.of(self.rows)

    @property
    def up_to(self) -> int:
        """How many rows of the file came up to the end of this chunk."""
        return (self.after or 0) + len(self)

    def __len__(self) -> int:
        """How many rows this chunk has."""
        return self.count if self.packed else len(self.rows)


class ConfirmImport(Command):
    """A second person (not the stager) lets the staged rows enter. Answers `ImportReport`.

    Large files answer with status "entering" and go on by themselves until "confirmed".
    """

    name: ClassVar[str] = "registry.confirm_import"

    import_id: str


class DiscardImport(Command):
    """Drop a staged import. Answers `ImportReport`."""

    name: ClassVar[str] = "registry.discard_import"

    import_id: str
    reason: str = ""


class GetImport(Command):
    """Answers `ImportReport` with up to `limit` row findings of `outcomes` after a row number.

    `likely`: only rows that look like a unit there is.
    """

    name: ClassVar[str] = "registry.get_import"

    import_id: str
    outcomes: tuple[str, ...] = ()
    likely: bool = False
    after_row: int = 0
    limit: int = Field(default=500, ge=1, le=5000)


class ListImports(Command):
    """Answers `{"imports": [ImportReport]}`, newest first, no rows; status "staged" is 待办."""

    name: ClassVar[str] = "registry.list_imports"

    status: str = ""
