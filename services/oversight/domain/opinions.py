"""Counting the parties: one opinion a body, three sides, recusal, quorum, written dissent.

No single body decides (NB23 二(五) 「集体会商确定」): a conclusion needs an opinion of every body
on record and the consent of each of the three sides (A-07). An employer body of the level above
that stands in for a missing one is marked delegated (A-08).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.scalars import Side


class Consent(StrEnum):
    """What one body says; a recused body is counted as heard and gives no voice."""

    REVOKE = "revoke"
    KEEP = "keep"
    RECUSE = "recuse"


CONSENT_WORDS: Mapping[Consent, str] = {
    Consent.REVOKE: "同意取消命名",
    Consent.KEEP: "不同意取消，主张保留命名",
    Consent.RECUSE: "回避",
}
SIDE_WORDS: Mapping[Side, str] = {
    Side.GOVERNMENT: "政府方",
    Side.WORKERS: "职工方",
    Side.EMPLOYERS: "企业方",
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A body on record for the case, and the side it stands for."""

    body: str
    name: str
    side: Side
    delegated: bool = False


@dataclass(frozen=True, slots=True)
class Opinion:
    """One body's voice."""

    body: str
    consent: Consent
    text: str = ""


@dataclass(frozen=True, slots=True)
class SideCount:
    """How one side stands. `quorum` voices that are not recused are needed from it."""

    side: Side
    revoke: int
    keep: int
    recused: int
    missing: int
    quorum: int

    @property
    def is_absent(self) -> bool:
        """No body of this side is on record at all."""
        return self.revoke + self.keep + self.recused + self.missing == 0

    @property
    def has_quorum(self) -> bool:
        """Enough of its bodies have spoken without recusing themselves."""
        return self.revoke + self.keep >= self.quorum

    def consents_to(self, consent: Consent) -> bool:
        """More than half of the side's voices, given in quorum, say this."""
        voices = {Consent.REVOKE: self.revoke, Consent.KEEP: self.keep}.get(consent, 0)
        return self.has_quorum and voices * 2 > self.revoke + self.keep


@dataclass(frozen=True, slots=True)
class Tally:
    """All three sides together."""

    sides: tuple[SideCount, ...]
    missing: tuple[Seat, ...]

    @property
    def is_complete(self) -> bool:
        """Every body on record has spoken or recused itself, and there is a body at all."""
        return not self.missing and any(not side.is_absent for side in self.sides)

    def sides_consenting(self, consent: Consent) -> int:
        """How many of the three sides carry this conclusion."""
        return sum(side.consents_to(consent) for side in self.sides)


def count(seats: Iterable[Seat], opinions: Iterable[Opinion], *, quorum: int = 1) -> Tally:
    """Count the opinions of the bodies on record; an opinion of anybody else counts nothing."""
    given = {opinion.body: opinion.consent for opinion in opinions}
    bodies = tuple(seats)
    sides = []
    for side in Side:
        voices = [given.get(seat.body) for seat in bodies if seat.side is side]
        sides.append(
            SideCount(
                side=side,
                revoke=voices.count(Consent.REVOKE),
                keep=voices.count(Consent.KEEP),
                recused=voices.count(Consent.RECUSE),
                missing=voices.count(None),
                quorum=quorum,
            )
        )
    return Tally(tuple(sides), tuple(seat for seat in bodies if seat.body not in given))


def employer_note(seats: Iterable[Seat]) -> str:
    """What the record says of a missing local employer body (A-08); "" when there is one."""
    employers = [seat for seat in seats if seat.side is Side.EMPLOYERS]
    if not employers:
        return "本级无企业方组织在册，亦未由上级代行"
    delegated = [seat.name for seat in employers if seat.delegated]
    return f"本级无企业方组织，由上级{'、'.join(delegated)}代行（委托）" if delegated else ""


def dissent(
    seats: Iterable[Seat], opinions: Iterable[Opinion], outcome: Consent
) -> tuple[str, ...]:
    """Who spoke against the conclusion and why, for the minutes."""
    names = {seat.body: seat.name for seat in seats}
    return tuple(
        f"{names.get(opinion.body, opinion.body)}：{opinion.text}"
        for opinion in opinions
        if opinion.consent not in (outcome, Consent.RECUSE)
    )
