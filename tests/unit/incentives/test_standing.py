"""Any order, any repetition: the same standing, and so the same entitlements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.incentives.domain import standing
from services.incentives.domain.standing import Recognition, Standing
from shared.contracts.oversight import HoldLifted, HoldPlaced
from shared.contracts.registry import (
    TitleGranted,
    TitleRevoked,
    UnitClosed,
    UnitEntered,
    UnitReopened,
)

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
Fold = Callable[[Standing], Standing]


def placing(n: int, effect: str) -> Fold:
    said = HoldPlaced(
        unit_id="u",
        hold_id=f"h{n}",
        effect=effect,
        reason="有举报投诉",
        clause="NB23:三(三).2",
        agency="labour",
        event_id=f"e{n}",
        trigger_id=f"t{n}",
        occurred_at=NOON,
        placed_at=NOON + timedelta(minutes=n),
    )
    return lambda unit: standing.placed(unit, said)


def lifting(n: int, effect: str) -> Fold:
    said = HoldLifted(
        unit_id="u",
        hold_id=f"h{n}",
        effect=effect,
        reason="查无实据",
        lifted_at=NOON + timedelta(hours=n),
        decision_id=f"d{n}",
    )
    return lambda unit: standing.lifted(unit, said)


def other_events() -> list[Fold]:
    """One of each other kind, the later of two revisions and words among them."""
    granted = TitleGranted(
        unit_id="u",
        title_id="title",
        title_kind="city_demonstration",
        title_text="示范单位",
        level="city",
        number="1",
        plaque_number="1",
        granted_on=date(2025, 1, 1),
        round_year=2025,
        decision_id="d",
    )
    revoked = TitleRevoked(
        unit_id="u",
        title_id="title",
        title_text="示范单位",
        level="city",
        revoked_on=date(2026, 1, 1),
        ground="major_violation",
        case_id="c",
        decision_id="d",
    )
    entries = [
        UnitEntered(
            unit_id="u", kind="site", name_text="甲", code="1", division="330203", revision=n
        )
        for n in (1, 2)
    ]
    closings = [
        UnitClosed(unit_id="u", closed_on=date(2027, month, 1), reason="竣工") for month in (1, 2)
    ]
    back = UnitReopened(unit_id="u", reopened_on=date(2027, 3, 1), reason="误注销", revision=5)
    gone = UnitClosed(unit_id="u", closed_on=date(2027, 4, 1), reason="竣工", revision=6)
    words = [Recognition(stands=n == 1, on=TODAY, sequence=n) for n in (1, 2)]
    return [
        lambda unit: standing.granted(unit, granted),
        lambda unit: standing.revoked(unit, revoked),
        *[lambda unit, e=e: standing.entered(unit, e) for e in entries],
        *[lambda unit, c=c: standing.closed(unit, c) for c in closings],
        lambda unit: standing.reopened(unit, back),
        lambda unit: standing.closed(unit, gone),
        *[lambda unit, w=w: standing.recognised(unit, w) for w in words],
    ]


EFFECTS = ("suspend", "lift_exemption", "review")


@st.composite
def two_tellings(draw: st.DrawFn) -> tuple[list[Fold], list[Fold]]:
    """The same story told twice: shuffled, with repetitions."""
    story = []
    for n in range(draw(st.integers(0, 5))):
        effect = draw(st.sampled_from(EFFECTS))
        story.append(placing(n, effect))
        if draw(st.booleans()):
            story.append(lifting(n, effect))
    story += draw(st.lists(st.sampled_from(other_events()), unique_by=id, max_size=8))
    if not story:
        return [], []
    again = draw(st.lists(st.sampled_from(story), max_size=6))
    return draw(st.permutations(story)), draw(st.permutations(story + again))


@given(two_tellings())
def test_any_order_and_repetition_gives_the_same_standing(
    tellings: tuple[list[Fold], list[Fold]],
) -> None:
    ends = []
    for telling in tellings:
        unit = Standing("u")
        for fold in telling:
            unit = fold(unit)
        ends.append(unit)

    assert ends[0] == ends[1]
    assert ends[0].profile(TODAY) == ends[1].profile(TODAY)


@given(st.permutations(range(4)))
def test_a_unit_is_held_until_its_last_reason_is_gone(order: list[int]) -> None:
    unit = Standing("u")
    for n in range(4):
        unit = placing(n, "suspend")(unit)

    for n in order:
        assert unit.profile(TODAY).suspended
        unit = lifting(n, "suspend")(unit)

    assert not unit.profile(TODAY).suspended


def test_the_day_of_revocation_no_longer_counts() -> None:
    unit = Standing("u")
    for fold in other_events()[:2]:
        unit = fold(unit)

    assert unit.level(date(2025, 12, 31)) == "city"
    assert unit.level(date(2026, 1, 1)) == ""
    assert unit.level(date(2024, 12, 31)) == ""
