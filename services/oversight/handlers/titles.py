"""What the register says of titles and plaques, as it moves exit cases (NB23 二(五))."""

from __future__ import annotations

from services.oversight.domain.case import Case, settle
from services.oversight.domain.publication import PlaquePlace, place_of
from services.oversight.handlers.cases_rights import clause_of
from services.oversight.store import cases as store
from services.oversight.store import checks, publications
from shared.contracts.evaluation import RecognitionWithdrawn, UnitRecognised
from shared.contracts.registry import CommitmentAccepted, PlaqueReturned, TitleRevoked
from shared.messaging.tx import Tx


def on_title_revoked(tx: Tx, said: TitleRevoked) -> None:
    """The title is cancelled: its plaque is to come back and the removal is to be published.

    Hearing it again, or of a title no case was about, changes nothing.
    """
    row = store.find_revoking_case(tx, said.title_id)
    if row is None or row["title_revoked_on"] is not None:
        return
    case = store.case_of(row)
    plaque = PlaquePlace.TO_RETURN if row["plaque_state"] == "" else row["plaque_state"]
    store.save_case(tx, case, title_revoked_on=said.revoked_on, plaque_state=plaque)
    store.add_step(
        tx,
        case.case_id,
        kind="title_revoked",
        says=f"{said.revoked_on} 登记册已取消「{said.title_text}」命名，铭牌待收回，待向社会公布",
        clause=clause_of(tx, case.fingerprint, "revoke"),
        decision_id=said.decision_id,
    )
    publications.save_due(
        tx,
        publication_id=tx.new_id("publication"),
        case_id=case.case_id,
        unit_id=said.unit_id,
        unit_name=row["unit_name"],
        title_id=said.title_id,
        title_text=row["title_text"],
        level=row["level"],
        node=row["node"],
        revoked_on=said.revoked_on,
    )
    close_when_done(tx, said.title_id)


def on_plaque_returned(tx: Tx, said: PlaqueReturned) -> None:
    """The plaque came back, or its loss was explained: the step is done."""
    row = store.find_revoking_case(tx, said.title_id)
    if row is None or row["plaque_returned_on"] is not None:
        return
    place = place_of(said.lost_reason)
    store.save_case(
        tx,
        store.case_of(row),
        plaque_state=place,
        plaque_returned_on=said.returned_on,
        plaque_lost_reason=said.lost_reason,
    )
    is_lost = place is PlaquePlace.LOST
    words = f"已说明遗失：{said.lost_reason}" if is_lost else "已收回"
    store.add_step(
        tx,
        row["case_id"],
        kind="plaque_lost" if is_lost else "plaque_returned",
        says=f"{said.returned_on} 铭牌 {said.plaque_number} {words}",
        clause=clause_of(tx, row["fingerprint"], "plaque"),
    )
    close_when_done(tx, said.title_id)


def close_when_done(tx: Tx, title_id: str) -> None:
    """Close the case that revoked a title once title, plaque and publication are all done."""
    row = store.find_revoking_case(tx, title_id)
    if row is None:
        return
    before: Case = store.case_of(row)
    after = settle(before)
    if after.stage is not before.stage:
        store.save_case(tx, after)
        store.add_step(
            tx,
            after.case_id,
            kind="closed",
            says="取消命名、收回铭牌、向社会公布均已办结，结案",
            clause=clause_of(tx, after.fingerprint, "publish"),
        )


def on_commitment_accepted(tx: Tx, said: CommitmentAccepted) -> None:
    """The unit is creating: checks may draw it."""
    checks.save_standing(tx, said.unit_id, "creating", said.accepted_on)


def on_unit_recognised(tx: Tx, said: UnitRecognised) -> None:
    """The unit is recognised: checks may draw it."""
    checks.save_standing(tx, said.unit_id, "recognised", said.recognised_on)


def on_recognition_withdrawn(tx: Tx, said: RecognitionWithdrawn) -> None:
    """The unit takes part no longer (A-37)."""
    checks.save_standing(tx, said.unit_id, "withdrawn", said.withdrawn_on)
