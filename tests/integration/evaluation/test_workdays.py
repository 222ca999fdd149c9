"""Working days as the registry's officers entered them rule the notices of this service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from services.evaluation.handlers import hearing, law
from shared.contracts.message import SYSTEM, Envelope
from shared.contracts.registry_calendar import Holiday, WorkdaysArranged
from shared.messaging.tx import Heard, Tx


def heard(revision: int, last_day_off: date) -> Heard:
    event = WorkdaysArranged(
        year=2031, notice="国办发明电〔2030〕0号", revision=revision, workdays=(),
        holidays=(Holiday(name_text="国庆节", from_on=date(2031, 10, 1), to_on=last_day_off),),
        entered_at=datetime(2030, 11, 5, tzinfo=UTC), entered_by="user_admin",
    )  # fmt: skip
    envelope = Envelope(
        id=f"evt_{revision}", source="registry", type=event.name, version=1, time=event.entered_at,
        subject=event.subject(), sequence=revision, correlation_id="c", actor=SYSTEM,
        data=event.model_dump(mode="json"),
    )  # fmt: skip
    return Heard(event, envelope)


def test_a_notice_ends_by_the_table_the_officers_entered(tx_for: Callable[..., Tx]) -> None:
    tx = tx_for("evaluation")
    before = law.working_day(tx, date(2031, 9, 30), 1)

    hearing.on_registry(tx, [heard(2, date(2031, 10, 7))])
    hearing.on_registry(tx, [heard(1, date(2031, 10, 3))])  # an older entry that came late
    after = law.working_day(tx, date(2031, 9, 30), 1)

    assert (before.day, before.estimated) == (date(2031, 10, 1), True)
    assert (after.day, after.estimated) == (date(2031, 10, 8), False)
