"""The city's yearly round: planned, open, reviewing, notice, decided (NB23 二(四))."""

from __future__ import annotations

from collections.abc import Sequence

from services.evaluation.domain.records import Round
from services.evaluation.domain.stages import RoundStage, move
from services.evaluation.domain.standing import need_office, scope_of
from services.evaluation.handlers import law, round_views
from services.evaluation.handlers.steps import Case, Ruling, conclude, note, what_happened
from services.evaluation.store import rounds as store
from shared.contracts import evaluation_round as say
from shared.contracts.evaluation_round_answers import RoundView
from shared.contracts.refusals import Refused
from shared.contracts.scalars import level_of
from shared.messaging.tx import Tx
from shared.policy.assess import need_gate
from shared.policy.pack import Pack, Title
from shared.runtime import organisations

NAMING = "naming"


def open_round(tx: Tx, command: say.OpenRound) -> RoundView:
    """Plan or open the one round of a node and year; a second one is refused 409."""
    need_office(tx.actor, command.node, "clerk", "reviewer")
    opens_on = command.opens_on or tx.today
    known = store.find_round(tx, command.node, command.year)
    if known:
        return _open_planned(tx, known, ahead=opens_on > tx.today)
    pack = law.pack_for(tx, command.node)
    need_gate(pack, "nomination.enter")
    title = _title(pack, command)
    if command.nominations_until and command.nominations_until < opens_on:
        says = "申报截止日早于开始日，请核对"
        errors = [{"pointer": "/nominations_until", "says": says}]
        raise Refused("dates_wrong", says, "", 422, errors)
    stage = RoundStage.PLANNED if opens_on > tx.today else RoundStage.OPEN
    record = Round(
        round_id=tx.new_id("round"),
        revision=1,
        node=command.node,
        year=command.year,
        title_kind=title.id,
        title_text=title.name,
        level=title.level,
        stage=stage,
        opens_on=opens_on,
        nominations_until=command.nominations_until,
        pack_fingerprint=pack.fingerprint,
        opened_at=tx.now,
        opened_by=tx.actor.id,
        opened_by_name=tx.actor.name,
    )
    store.save_round(tx, record)
    word = "开始申报" if stage is RoundStage.OPEN else f"定于{opens_on}开始申报"
    says = f"{command.year}年度「{title.name}」选树活动{word}"
    clause = pack.step_clause(NAMING, "declare")
    note(tx, _case(record), "opened", says, outcome=stage.value, clause=clause)
    return round_views.round_view(tx, record)


def start_review(tx: Tx, command: say.StartReview) -> RoundView:
    """Close the nominations and begin the city's review."""
    record = store.load_round(tx, command.round_id, lock=True)
    need_office(tx.actor, record.node, "clerk", "reviewer")
    advance(tx, record, RoundStage.REVIEWING, "申报截止，进入审核")
    return read(tx, say.ReadRound(round_id=record.round_id))


def close_round(tx: Tx, command: say.CloseRound) -> RoundView:
    """Close a round in which every nomination is decided; the shortage is on record (A-04)."""
    record = store.load_round(tx, command.round_id, lock=True)
    need_office(tx.actor, record.node, "reviewer")
    move(record.stage, RoundStage.DECIDED, what_happened=what_happened(tx, record.round_id))
    counts = store.count_by_stage(tx, record.round_id)
    left = sum(n for stage, n in counts.items() if stage not in {"approved", "refused"})
    if left:
        raise Refused("nominations_undecided", f"还有{left}份申报未办结，本轮不能办结")
    pack = law.pinned(tx, record.pack_fingerprint)
    quotas = round_views.quotas(tx, record, pack)
    used = "，".join(f"{q.kind_text}{q.approved}/{q.planned}家" for q in quotas)
    named = store.list_nominations_of(tx, round_id=record.round_id)
    decision_id = conclude(
        tx,
        _case(record),
        Ruling(
            pack,
            [
                law.fact(f"quota.left.{q.kind}", q.left, f"evaluation:{record.round_id}")
                for q in quotas
            ],
            because=[n.decision_id for n in named],
        ),
        kind="round.close",
        step="closed",
        outcome="decided",
        says=f"{record.year}年度选树办结：{used}",
        clause=quotas[0].clause if quotas else "",
    )
    store.change_round(tx, record.round_id, stage=RoundStage.DECIDED, decision_id=decision_id)
    return read(tx, say.ReadRound(round_id=record.round_id))


def read(tx: Tx, command: say.ReadRound) -> RoundView:
    """One round of the actor's region with quotas, counts and, in the end, the units named."""
    scope_of(tx.actor)
    found = store.load_round(tx, command.round_id)
    if not organisations.may_know(tx.actor.node, found.node):
        raise Refused("round_not_found", "没有这一轮选树，或它不在您的地区", "", 404)
    return round_views.round_view(tx, found)


def list_(tx: Tx, command: say.ListRounds) -> Sequence[RoundView]:
    """Rounds of the actor's region, newest year first."""
    scope_of(tx.actor)
    found = store.list_rounds(tx, node=command.node, year=command.year)
    mine = [r for r in found if organisations.may_know(tx.actor.node, r.node)]
    return [round_views.round_view(tx, record) for record in mine[:100]]


def advance(tx: Tx, record: Round, to: RoundStage, says: str) -> None:
    """Bring a round to its next stage and write it down."""
    move(record.stage, to, what_happened=what_happened(tx, record.round_id))
    store.change_round(tx, record.round_id, stage=to)
    note(tx, _case(record), to.value, says, outcome=to.value)


def _open_planned(tx: Tx, record: Round, *, ahead: bool) -> RoundView:
    if record.stage is not RoundStage.PLANNED or ahead:
        says = f"{record.year}年度已有选树轮次，每年只开展一次"
        pack = law.pinned(tx, record.pack_fingerprint)
        raise Refused("round_exists", says, pack.step_clause(NAMING, "declare"))
    advance(tx, record, RoundStage.OPEN, f"{record.year}年度选树活动开始申报")
    return read(tx, say.ReadRound(round_id=record.round_id))


def _title(pack: Pack, command: say.OpenRound) -> Title:
    level = level_of(command.node)
    if command.title_kind:
        title = pack.titles.get(command.title_kind)
        if title is None or title.level != level or title.rank == "external":
            says = f"规则包中没有本级命名的称号「{command.title_kind}」"
            errors = [{"pointer": "/title_kind", "says": says}]
            raise Refused("title_unknown", says, "", 422, errors)
        return title
    found = [t for t in pack.titles.values() if t.level == level and t.rank == "title"]
    if len(found) != 1:
        raise Refused("title_unknown", "本级称号不止一个或没有，请指明称号", "", 422)
    return found[0]


def _case(record: Round) -> Case:
    return Case("round", record.round_id)
