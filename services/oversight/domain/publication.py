"""Publishing a removal, and where its plaque is (NB23 二(五) 「收回铭牌，并向社会公布」)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.contracts.refusals import Refused


class PublicationStage(StrEnum):
    """A removal becomes due when the title is cancelled, and is published once."""

    DUE = "due"
    PUBLISHED = "published"


class PlaquePlace(StrEnum):
    """Where the plaque of a cancelled title is, as the case tracks it; NONE before cancelling."""

    NONE = ""
    TO_RETURN = "to_return"
    RETURNED = "returned"
    LOST = "lost"


PLAQUE_WORDS: Mapping[PlaquePlace, str] = {
    PlaquePlace.NONE: "",
    PlaquePlace.TO_RETURN: "待收回",
    PlaquePlace.RETURNED: "已收回",
    PlaquePlace.LOST: "已说明遗失",
}


@dataclass(frozen=True, slots=True)
class Removal:
    """What is published: who, which title, which level, since when."""

    unit_name: str
    title_text: str
    level_text: str
    node_name: str
    revoked_on: date


def wording(removal: Removal) -> str:
    """The public sentence, with date and level and nothing personal in it."""
    day = removal.revoked_on
    return (
        f"经{removal.node_name}协调劳动关系三方集体会商，自{day.year}年{day.month}月{day.day}日起"
        f"取消{removal.unit_name}「{removal.title_text}」（{removal.level_text}）命名，"
        "收回铭牌，现向社会公布。"
    )


def publish(stage: PublicationStage | None, clause: str = "") -> PublicationStage:
    """Publish once, never before the register has cancelled the title; else refused by a clause."""
    if stage is None:
        raise Refused(
            "title_not_revoked",
            "登记册尚未取消该称号，不能公布。决定取消命名后系统会自动登记，请稍后再试。",
            clause,
            409,
        )
    if stage is PublicationStage.PUBLISHED:
        raise Refused("already_published", "该称号的取消已经公布，不能重复公布。", clause, 409)
    return PublicationStage.PUBLISHED


def place_of(lost_reason: str) -> PlaquePlace:
    """Back, or its loss explained."""
    return PlaquePlace.LOST if lost_reason else PlaquePlace.RETURNED
