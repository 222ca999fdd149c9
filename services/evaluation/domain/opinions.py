"""Opinions of the parties: one of every body, consent of each of the three sides (A-07, A-08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.refusals import Refused
from shared.contracts.scalars import Side


class Position(StrEnum):
    """What a body says. A body that recuses itself is heard but does not count."""

    CONSENT = "consent"
    DISSENT = "dissent"
    RECUSE = "recuse"


POSITION_TEXT = {Position.CONSENT: "同意", Position.DISSENT: "不同意", Position.RECUSE: "回避"}
SIDE_TEXT = {Side.GOVERNMENT: "政府方", Side.WORKERS: "职工方", Side.EMPLOYERS: "企业方"}


@dataclass(frozen=True, slots=True)
class Seat:
    """A body whose opinion a decision needs; `delegated` when it sits for a lower node (A-08)."""

    body: str
    side: Side
    delegated: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """One body's standing opinion."""

    body: str
    side: Side
    position: Position
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a joint decision stands.

    `sides` says per side: consent, dissent, divided, recused or waiting. A side consents when at
    least one of its bodies consents and none dissents; bodies that recused themselves do not count.
    """

    missing: tuple[str, ...]
    sides: dict[Side, str]

    @property
    def complete(self) -> bool:
        """Every configured body has been heard."""
        return not self.missing

    @property
    def sides_consenting(self) -> int:
        """How many of the three sides consent."""
        return sum(1 for state in self.sides.values() if state == "consent")

    def says(self) -> str:
        """The tally in one sentence."""
        words = {
            "consent": "同意",
            "dissent": "不同意",
            "divided": "意见不一",
            "recused": "全部回避",
            "waiting": "尚未表态",
            "absent": "无席位",
        }
        sides = "，".join(f"{SIDE_TEXT[side]}{words[state]}" for side, state in self.sides.items())
        if self.missing:
            return f"{sides}；尚缺{'、'.join(self.missing)}的意见，不能形成决定"
        return f"{sides}；各方意见已齐"


def position_of(text: str) -> Position:
    """The position; Refused 422 for another word."""
    try:
        return Position(text)
    except ValueError:
        says = f"意见「{text}」无效，应为同意、不同意或回避"
        raise Refused(
            "position_unknown", says, "", 422, [{"pointer": "/position", "says": says}]
        ) from None


def check_text(position: Position, text: str) -> None:
    """Dissent and recusal are written down with their ground."""
    if position is not Position.CONSENT and not text.strip():
        says = f"表示「{POSITION_TEXT[position]}」须写明理由，理由将载入会议纪要"
        raise Refused("reason_required", says, "", 422, [{"pointer": "/text", "says": says}])


def seat_of(seats: Sequence[Seat], body: str, side: str) -> Seat:
    """The seat of a body on its own side; Refused 403 when it has none here."""
    for seat in seats:
        if seat.body == body and seat.side == side:
            return seat
    raise Refused("not_allowed", f"「{body or '未登记机构'}」在本事项中没有席位", "", 403)


def tally(seats: Sequence[Seat], opinions: Sequence[Opinion]) -> Tally:
    """Count the standing opinions against the seats; opinions without a seat are ignored."""
    given = {o.body: o.position for o in opinions if any(s.body == o.body for s in seats)}
    missing = tuple(s.body for s in seats if s.body not in given)
    return Tally(missing, {side: _state_of(side, seats, given) for side in Side})


def _state_of(side: Side, seats: Sequence[Seat], given: dict[str, Position]) -> str:
    mine = [s.body for s in seats if s.side is side]
    if not mine:
        return "absent"
    if any(body not in given for body in mine):
        return "waiting"
    counted = {given[body] for body in mine} - {Position.RECUSE}
    if not counted:
        return "recused"
    if len(counted) > 1:
        return "divided"
    return counted.pop().value
