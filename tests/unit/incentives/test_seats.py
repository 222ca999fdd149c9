"""Allocation: eligible first, nobody seated who may not be offered the seat, no seat wasted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.incentives.domain.seats import Application, Claim, Place, allocate

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)

CLAIMS = st.lists(
    st.builds(Claim, has_priority=st.booleans(), is_offered=st.booleans(), why=st.just("")),
    max_size=12,
)


@given(CLAIMS, st.integers(0, 15))
def test_seats_go_first_to_those_with_priority_and_none_is_wasted(
    claims: list[Claim], seats: int
) -> None:
    by_unit = {f"u{n}": claim for n, claim in enumerate(claims)}
    applications = [
        Application(f"a{n}", f"u{n}", NOON + timedelta(minutes=n)) for n in range(len(claims))
    ]

    placed = allocate(applications, seats, by_unit)

    seated = [a for a in placed if a.place is Place.SEATED]
    waiting = [a for a in placed if a.place is Place.WAITING]
    offered = [c for c in claims if c.is_offered]
    assert len(seated) == min(seats, len(offered))
    assert all(by_unit[a.unit_id].is_offered for a in seated + waiting)
    if any(a.has_priority for a in waiting):
        assert all(a.has_priority for a in seated)
    for group in (seated, waiting):
        for kind in (True, False):
            times = [a.applied_at for a in group if a.has_priority is kind]
            assert times == sorted(times)
