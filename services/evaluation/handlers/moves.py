"""Says that a case reached a stage, for those who count and keep ledgers."""

from __future__ import annotations

from services.evaluation.domain.records import Application, Assessment, Nomination, Round, Unit
from services.evaluation.domain.stages import ApplicationStage, NominationStage, text_of
from shared.contracts.evaluation import CaseMoved
from shared.messaging.tx import Tx
from shared.runtime import organisations

_ASSESSMENT_TEXT = {"draft": "自我评价中", "completed": "已自我评价"}


def assessment_moved(tx: Tx, record: Assessment, unit: Unit, stage: str) -> None:
    """A self-assessment was begun or completed."""
    office = organisations.office_for(unit.division)
    tx.emit(
        CaseMoved(
            unit_id=record.unit_id,
            case="assessment",
            case_id=record.assessment_id,
            stage=stage,
            stage_text=_ASSESSMENT_TEXT[stage],
            on=tx.today,
            node=office.code if office else unit.division,
            year=tx.today.year,
        )
    )


def application_moved(tx: Tx, record: Application, to: ApplicationStage, reason: str = "") -> None:
    """An application reached a stage."""
    tx.emit(
        CaseMoved(
            unit_id=record.unit_id,
            case="application",
            case_id=record.application_id,
            stage=to.value,
            stage_text=text_of(to),
            on=tx.today,
            node=record.office,
            year=record.year,
            number=record.receipt_number,
            reason=reason,
        )
    )


def nomination_moved(
    tx: Tx, record: Nomination, round_: Round, to: NominationStage, reason: str = ""
) -> None:
    """A nomination reached a stage."""
    tx.emit(
        CaseMoved(
            unit_id=record.unit_id,
            case="nomination",
            case_id=record.nomination_id,
            stage=to.value,
            stage_text=text_of(to),
            on=tx.today,
            node=round_.node,
            year=round_.year,
            title_text=round_.title_text,
            reason=reason,
        )
    )
