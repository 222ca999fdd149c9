"""The closed words of incentives: purposes of a check, kinds of call, service and subsidy."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

Amount = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,2})?$", description="yuan, decimal text")]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
PageSize = Annotated[int, Field(ge=1, le=500)]


class Purpose(StrEnum):
    """What a caller of an entitlement check wants to do with the unit."""

    LABOUR_INSPECTION_ROUTINE = "labour_inspection_routine"
    SOCIAL_INSURANCE_AUDIT_ROUTINE = "social_insurance_audit_routine"
    LABOUR_INSPECTION_COMPLAINT = "labour_inspection_complaint"
    SOCIAL_INSURANCE_AUDIT_COMPLAINT = "social_insurance_audit_complaint"
    WORK_INJURY_GREEN_CHANNEL = "work_injury_green_channel"
    DISPUTE_GREEN_CHANNEL = "dispute_green_channel"


class CallKind(StrEnum):
    """Calls with seats that eligible units get first."""

    RECRUITING_TRIP = "recruiting_trip"
    COORDINATOR_COURSE = "coordinator_course"
    INJURY_PROJECT = "injury_project"


class ServiceKind(StrEnum):
    """Services a unit may ask for; eligible units stand first in the queue."""

    POLICY_ADVICE = "policy_advice"
    RECRUITMENT = "recruitment"
    LEGAL = "legal"


class SubsidyKind(StrEnum):
    """The three supports of NB23 三(二), each still decided by a person."""

    TRAINING = "training"
    JOB_STABILISATION = "job_stabilisation"
    SOCIAL_INSURANCE = "social_insurance"


class SubsidyOutcome(StrEnum):
    """Where a subsidy application stands."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
