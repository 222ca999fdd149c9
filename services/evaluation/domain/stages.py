"""Stages of applications, rounds, nominations and objections, and which may follow which.

The database repeats these transitions as a trigger; `tests` hold the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from shared.contracts.refusals import Refused


class ApplicationStage(StrEnum):
    """An application for recognition as 和谐劳动关系单位 (NB23 二(二))."""

    RECEIVED = "received"
    RETURNED = "returned"
    UNDER_REVIEW = "under_review"
    RECOGNISED = "recognised"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RoundStage(StrEnum):
    """A year's city round (NB23 二(四))."""

    PLANNED = "planned"
    OPEN = "open"
    REVIEWING = "reviewing"
    NOTICE = "notice"
    DECIDED = "decided"


class NominationStage(StrEnum):
    """自主申报、逐级审核、公开公示、报批审定 (NB23 二(四))."""

    DECLARED = "declared"
    DISTRICT_REVIEWED = "district_reviewed"
    CITY_REVIEWED = "city_reviewed"
    ON_NOTICE = "on_notice"
    APPROVED = "approved"
    REFUSED = "refused"


class ObjectionStage(StrEnum):
    """An objection during a notice (standards 5.2)."""

    OPEN = "open"
    UPHELD = "upheld"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"


Stage = ApplicationStage | RoundStage | NominationStage | ObjectionStage

S = TypeVar("S", ApplicationStage, RoundStage, NominationStage, ObjectionStage)

_A, _R, _N, _O = ApplicationStage, RoundStage, NominationStage, ObjectionStage

# Keyed by kind first: two kinds may share a word ("open"), and equal words are one key.
TRANSITIONS: Mapping[type[StrEnum], Mapping[StrEnum, frozenset[StrEnum]]] = {
    ApplicationStage: {
        _A.RECEIVED: frozenset({_A.UNDER_REVIEW, _A.RETURNED, _A.WITHDRAWN}),
        _A.RETURNED: frozenset({_A.RECEIVED, _A.WITHDRAWN}),
        _A.UNDER_REVIEW: frozenset({_A.RECOGNISED, _A.REFUSED, _A.RETURNED, _A.WITHDRAWN}),
        _A.RECOGNISED: frozenset(),
        _A.REFUSED: frozenset(),
        _A.WITHDRAWN: frozenset(),
    },
    RoundStage: {
        _R.PLANNED: frozenset({_R.OPEN}),
        _R.OPEN: frozenset({_R.REVIEWING}),
        _R.REVIEWING: frozenset({_R.NOTICE, _R.DECIDED}),
        _R.NOTICE: frozenset({_R.DECIDED}),
        _R.DECIDED: frozenset(),
    },
    NominationStage: {
        _N.DECLARED: frozenset({_N.DISTRICT_REVIEWED, _N.REFUSED}),
        _N.DISTRICT_REVIEWED: frozenset({_N.CITY_REVIEWED, _N.REFUSED}),
        _N.CITY_REVIEWED: frozenset({_N.ON_NOTICE, _N.REFUSED}),
        _N.ON_NOTICE: frozenset({_N.APPROVED, _N.REFUSED}),
        _N.APPROVED: frozenset(),
        _N.REFUSED: frozenset(),
    },
    ObjectionStage: {
        _O.OPEN: frozenset({_O.UPHELD, _O.PARTLY, _O.UNFOUNDED}),
        _O.UPHELD: frozenset(),
        _O.PARTLY: frozenset(),
        _O.UNFOUNDED: frozenset(),
    },
}

TEXT: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    ApplicationStage: {
        _A.RECEIVED: "已收件",
        _A.RETURNED: "已退回补正",
        _A.UNDER_REVIEW: "评估审核中",
        _A.RECOGNISED: "已认定",
        _A.REFUSED: "不予认定",
        _A.WITHDRAWN: "已撤回",
    },
    RoundStage: {
        _R.PLANNED: "已安排",
        _R.OPEN: "申报中",
        _R.REVIEWING: "审核中",
        _R.NOTICE: "公示中",
        _R.DECIDED: "已办结",
    },
    NominationStage: {
        _N.DECLARED: "已申报",
        _N.DISTRICT_REVIEWED: "区县已审核",
        _N.CITY_REVIEWED: "市级已审核",
        _N.ON_NOTICE: "公示中",
        _N.APPROVED: "已命名",
        _N.REFUSED: "不予命名",
    },
    ObjectionStage: {
        _O.OPEN: "调查中",
        _O.UPHELD: "异议成立",
        _O.PARTLY: "异议部分成立",
        _O.UNFOUNDED: "异议不成立",
    },
}


def text_of(stage: Stage) -> str:
    """The stage in an officer's word."""
    return TEXT[type(stage)][stage]


def may_move(stage: Stage, to: Stage) -> bool:
    """Whether one stage may follow another."""
    return type(to) is type(stage) and to in TRANSITIONS[type(stage)][stage]


def move(stage: S, to: S, *, what_happened: str = "") -> S:
    """The next stage, or Refused 409 saying where things stand and who brought them there."""
    if may_move(stage, to):
        return to
    tail = f"（{what_happened}）" if what_happened else ""
    says = f"现处于「{text_of(stage)}」{tail}，不能转为「{text_of(to)}」。请刷新页面查看最新情况"
    raise Refused("stage_does_not_allow", says)


def is_ended(stage: Stage) -> bool:
    """Whether nothing can follow."""
    return not TRANSITIONS[type(stage)][stage]
