"""The exit case: its stages, who may move it, and what must be there before it moves.

opened → statement → deliberation → decided → closed, after NB23 二(五) 「立即启动退出程序，
集体会商确定，及时取消命名、收回铭牌，并向社会公布」; being heard comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import level_of


class Stage(StrEnum):
    """Stage of an exit case."""

    OPENED = "opened"
    STATEMENT = "statement"
    DELIBERATION = "deliberation"
    DECIDED = "decided"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What the parties concluded; OPEN while they have not."""

    OPEN = ""
    REVOKE = "revoke"
    KEEP = "keep"


class Heard(StrEnum):
    """Whether the unit was heard; a waiver carries its reason."""

    NO = ""
    HEARD = "heard"
    WAIVED = "waived"


STAGE_WORDS: Mapping[Stage, str] = {
    Stage.OPENED: "已启动，待听取单位陈述",
    Stage.STATEMENT: "已听取陈述，待各方会商",
    Stage.DELIBERATION: "集体会商中",
    Stage.DECIDED: "已决定，办理中",
    Stage.CLOSED: "已结案",
}
OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.OPEN: "",
    Outcome.REVOKE: "取消命名",
    Outcome.KEEP: "保留命名",
}
LEVEL_WORDS: Mapping[str, str] = {
    "nation": "国家级",
    "province": "省级",
    "city": "市级",
    "district": "区（县、市）级",
}
NEXT: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.OPENED: (Stage.STATEMENT,),
    Stage.STATEMENT: (Stage.DELIBERATION,),
    Stage.DELIBERATION: (Stage.DECIDED,),
    Stage.DECIDED: (Stage.CLOSED,),
    Stage.CLOSED: (),
}


@dataclass(frozen=True, slots=True)
class Case:
    """An exit case as the rules see it. `node` is the naming node: it alone decides (A-34).

    `clause` is that of its ground: what is refused about the case rests on it.
    """

    case_id: str
    unit_id: str
    title_id: str
    ground: str
    node: str
    reported_from: str
    opened_by: str
    fingerprint: str
    clause: str = ""
    stage: Stage = Stage.OPENED
    outcome: Outcome = Outcome.OPEN
    heard: Heard = Heard.NO
    is_title_revoked: bool = False
    is_plaque_settled: bool = False
    is_published: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody still has something to do."""
        return self.stage is not Stage.CLOSED


def _to(case: Case, stage: Stage) -> Case:
    if stage not in NEXT[case.stage]:
        raise wrong_stage(case, f"不能转为「{STAGE_WORDS[stage]}」")
    return replace(case, stage=stage)


def wrong_stage(case: Case, why: str) -> Refused:
    """A refusal that says where the case stands and why the act does not fit there."""
    says = f"案件目前「{STAGE_WORDS[case.stage]}」，{why}。"
    return Refused("case_stage", says, case.clause, 409)


def hear(case: Case, how: Heard) -> Case:
    """The unit was heard, or waived it: once, before the parties give opinions."""
    if case.heard is not Heard.NO:
        raise wrong_stage(case, "陈述情况已有记录，补充内容请写入案件备注")
    return replace(_to(case, Stage.STATEMENT), heard=how)


def deliberate(case: Case) -> Case:
    """An opinion comes in: the first one starts the deliberation, later ones change no stage."""
    if case.stage is Stage.DELIBERATION:
        return case
    if case.stage is Stage.OPENED:
        raise wrong_stage(case, "请先听取单位陈述，或记录其放弃陈述的理由，再征集各方意见")
    return _to(case, Stage.DELIBERATION)


def conclude(case: Case, outcome: Outcome) -> Case:
    """The joint conclusion; a kept title leaves nothing to do, so the case closes at once."""
    if case.outcome is not Outcome.OPEN:
        raise Refused(
            "case_decided",
            f"案件已决定「{OUTCOME_WORDS[case.outcome]}」，不能再次决定。请刷新页面查看。",
            case.clause,
            409,
        )
    decided = replace(_to(case, Stage.DECIDED), outcome=outcome)
    return replace(decided, stage=Stage.CLOSED) if outcome is Outcome.KEEP else decided


def settle(case: Case) -> Case:
    """Close a revoked case once title, plaque and publication are all done; else leave it."""
    is_done = case.is_title_revoked and case.is_plaque_settled and case.is_published
    return _to(case, Stage.CLOSED) if case.stage is Stage.DECIDED and is_done else case


def is_at_naming_level(case: Case, actor: Actor) -> bool:
    """Whether the person sits at the node that named the unit (A-34)."""
    return actor.node == case.node


def refuse_unless_naming_level(case: Case, actor: Actor, node_name: str) -> None:
    """403 for anybody else, above or beneath: others report (A-34)."""
    if not is_at_naming_level(case, actor):
        raise Refused(
            "not_naming_level",
            f"该称号由{node_name}命名，只有命名机关可以决定取消或保留；其他层级只能上报情况。",
            case.clause,
            403,
        )


def naming_node(division: str, level: str) -> str:
    """The node that names at a level for a unit in a division: 330203 + city → 330200."""
    digits = {"nation": 0, "province": 2, "city": 4}.get(level, 6)
    return division[:digits].ljust(6, "0")


def waits_for(case: Case, node_name: str) -> str:
    """Whose move it is, in Chinese; "" for a closed case."""
    match case.stage:
        case Stage.OPENED:
            away = case.reported_from != case.node and level_of(case.node) != "district"
            return f"已上报{node_name}，待听取单位陈述" if away else f"{node_name}听取单位陈述"
        case Stage.STATEMENT | Stage.DELIBERATION:
            return f"{node_name}各方提出意见并会商"
        case Stage.DECIDED:
            parts = (
                (case.is_title_revoked, "登记取消命名"),
                (case.is_plaque_settled, "收回铭牌"),
                (case.is_published, "向社会公布"),
            )
            return "、".join(words for done, words in parts if not done)
        case Stage.CLOSED:
            return ""
