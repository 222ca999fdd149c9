"""What agencies send us: CloudEvents 1.0, seventeen kinds of trigger and the taking back of one.

These shapes are read from the exact signed bytes, after the signature has been verified. Unknown
fields inside `data` are ignored when read and stay in the stored bytes; a missing or wrong field is
refused with its name. Facts that a pack's trigger rules may ask about are the scalar fields of
`data`, named `event.<field>`; one that is absent is unknown, never guessed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

AUDIENCE = "hexie"
"""The `audience` every event must name, so that an event meant for another system has no effect."""

Text = Annotated[str, Field(max_length=2000)]
CaseNumber = Annotated[str, Field(min_length=1, max_length=100)]
Severity = Literal["minor", "ordinary", "major", "extreme"]
Impact = Literal["small", "considerable", "grave"]
AccidentGrade = Literal["extraordinary", "major", "larger", "ordinary", "minor"]


class AgencyData(BaseModel):
    """What an event says besides who, when and which unit."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)

    summary: Text = Field(default="", description="事由摘要：不写个人姓名、证件号码")


class CaseDecided(AgencyData):
    """劳动保障监察作出行政处理或处罚决定 (NB23 二(五))."""

    case_number: CaseNumber
    decided_on: date
    severity: Severity = Field(description="major 重大劳动保障违法行为")
    violation: Text = Field(default="", description="违法行为种类，如 拖欠工资")


class ComplaintOpened(AgencyData):
    """受理一件举报投诉: the inspection waiver rests while it is open (NB23 三(三) 无举报投诉)."""

    complaint_id: CaseNumber
    opened_on: date


class ComplaintClosed(AgencyData):
    """一件举报投诉办结: unfounded gives the waiver back, confirmed keeps it off (A-18)."""

    complaint_id: CaseNumber
    closed_on: date
    outcome: Literal["unfounded", "confirmed"]


class ArbitrationRegistered(AgencyData):
    """劳动争议仲裁立案."""

    case_number: CaseNumber
    registered_on: date
    people: int = Field(default=1, ge=1)


class AwardIssued(AgencyData):
    """仲裁裁决作出."""

    case_number: CaseNumber
    issued_on: date
    against_unit: bool
    severity: Severity | None = None


class PetitionRegistered(AgencyData):
    """信访事项登记."""

    case_number: CaseNumber
    registered_on: date


class GroupVisit(AgencyData):
    """群体访."""

    happened_on: date
    people: int = Field(ge=1)
    impact: Impact | None = None


class GroupIncident(AgencyData):
    """劳动关系群体性事件; only one of considerable impact leads to exit (A-19)."""

    happened_on: date
    people: int = Field(ge=1)
    impact: Impact | None = None


class Stoppage(AgencyData):
    """集体停工."""

    happened_on: date
    people: int = Field(ge=1)
    impact: Impact | None = None


class ExtremeIncident(AgencyData):
    """极端恶性事件."""

    happened_on: date
    impact: Impact | None = None


class SafetyAccident(AgencyData):
    """安全生产事故，按事故等级."""

    happened_on: date
    grade: AccidentGrade
    deaths: int = Field(default=0, ge=0)
    injured: int = Field(default=0, ge=0)


class OccupationalAccident(AgencyData):
    """职业危害事故."""

    happened_on: date
    people: int = Field(default=1, ge=1)
    severity: Severity | None = None


class NegativeOpinion(AgencyData):
    """负面网络舆情: a person confirms it, never the feed alone."""

    noticed_on: date
    impact: Impact | None = None
    address: Annotated[str, Field(max_length=500)] = ""


class GradePublished(AgencyData):
    """劳动保障守法诚信等级公布."""

    year: int = Field(ge=2000, le=2100)
    grade: Literal["A", "B", "C"]
    published_on: date


class ListChanged(AgencyData):
    """信用名单变动：列入或移出."""

    list_name: Annotated[str, Field(min_length=1, max_length=100)]
    change: Literal["added", "removed"]
    changed_on: date


class EnvironmentRisk(AgencyData):
    """环境风险提示."""

    flagged_on: date
    severity: Severity | None = None


class ArrearsFlagged(AgencyData):
    """欠薪线索."""

    flagged_on: date
    people: int = Field(default=1, ge=1)
    severity: Severity | None = None


class Withdrawn(AgencyData):
    """撤回本机构此前发送的一件事件."""

    event_id: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


WITHDRAWN = "withdrawn"
COMPLAINT_OPENED = "labour_inspection.complaint_opened"
COMPLAINT_CLOSED = "labour_inspection.complaint_closed"

TRIGGER_TYPES: dict[str, type[AgencyData]] = {
    "labour_inspection.case_decided": CaseDecided,
    COMPLAINT_OPENED: ComplaintOpened,
    COMPLAINT_CLOSED: ComplaintClosed,
    "arbitration.case_registered": ArbitrationRegistered,
    "arbitration.award_issued": AwardIssued,
    "petition.case_registered": PetitionRegistered,
    "petition.group_visit": GroupVisit,
    "incident.group": GroupIncident,
    "incident.stoppage": Stoppage,
    "incident.extreme": ExtremeIncident,
    "safety.accident": SafetyAccident,
    "health.occupational_accident": OccupationalAccident,
    "opinion.negative": NegativeOpinion,
    "credit.grade_published": GradePublished,
    "credit.list_changed": ListChanged,
    "environment.risk_flagged": EnvironmentRisk,
    "arrears.flagged": ArrearsFlagged,
    WITHDRAWN: Withdrawn,
}

TRIGGER_NAMES: dict[str, str] = {
    "labour_inspection.case_decided": "劳动保障监察案件处理决定",
    COMPLAINT_OPENED: "举报投诉受理",
    COMPLAINT_CLOSED: "举报投诉办结",
    "arbitration.case_registered": "劳动争议仲裁立案",
    "arbitration.award_issued": "劳动争议仲裁裁决",
    "petition.case_registered": "信访登记",
    "petition.group_visit": "群体访",
    "incident.group": "劳动关系群体性事件",
    "incident.stoppage": "集体停工",
    "incident.extreme": "极端恶性事件",
    "safety.accident": "安全生产事故",
    "health.occupational_accident": "职业危害事故",
    "opinion.negative": "负面网络舆情",
    "credit.grade_published": "守法诚信等级公布",
    "credit.list_changed": "信用名单变动",
    "environment.risk_flagged": "环境风险提示",
    "arrears.flagged": "欠薪线索",
    WITHDRAWN: "撤回",
}

VALUE_NAMES: dict[str, str] = {
    "minor": "轻微",
    "ordinary": "一般",
    "major": "重大",
    "larger": "较大",
    "extraordinary": "特别重大",
    "extreme": "极端恶性",
    "small": "较小",
    "considerable": "较大",
    "grave": "恶劣",
    "unfounded": "不属实",
    "confirmed": "属实",
    "added": "列入",
    "removed": "移出",
}
"""The words of coded values of events, as officers say them."""

CURRENT_VERSION = 1
"""The version of `data` this system writes and reads; others are held until it can."""


def _in_reach(at: datetime) -> datetime:
    """A time every calendar and database on the way can hold."""
    if not 2000 <= at.year < 2200:
        raise ValueError("out of reach")
    return at


class AgencyEvent(BaseModel):
    """CloudEvents 1.0 in structured JSON, with our three extension attributes.

    `source` is `urn:hexie:agency:<code>`; `subject` names the unit: credit code or project number.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=100)]
    subject: Annotated[str, Field(min_length=1, max_length=64)]
    time: Annotated[AwareDatetime, AfterValidator(_in_reach)]
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Annotated[str, Field(max_length=500)] = ""
    dataversion: int = Field(default=1, ge=1, description="版本：data 的结构版本")
    sequence: int = Field(ge=1, le=2**53, description="本机构连续编号，从 1 起，不得跳号")
    audience: Annotated[str, Field(min_length=1, max_length=100)]
    data: dict[str, Any]


def source_of(agency: str) -> str:
    """The `source` an agency's events must carry."""
    return f"urn:hexie:agency:{agency}"


Verdict = Literal["ACCEPTED", "DUPLICATE", "HELD", "REJECTED"]


class Receipt(BaseModel):
    """What we answer to each event; its exact bytes are signed as the event was (header `sig`).

    A held event gets another receipt, with the next `number`, when it is decided. A duplicate gets the
    original receipt again, with the message header `verdict` = DUPLICATE.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    receipt_id: str
    number: int
    agency: str
    event_id: str
    body_hash: str
    verdict: Verdict
    reason: str = ""
    says: str = ""
    stored_at: datetime
    judged_at: datetime
    trigger_id: str = ""
    effect: str = ""
    clause: str = ""
