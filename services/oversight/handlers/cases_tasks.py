"""The 待办 of oversight: what this person has to do, new suspensions first; and the desk's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from services.oversight.domain.case import Stage
from services.oversight.domain.publication import PlaquePlace
from services.oversight.handlers.cases_rights import OFFICERS
from services.oversight.store import cases, cases_desk, cases_review, checks, publications
from shared.contracts.agencies import TRIGGER_NAMES
from shared.contracts.oversight import GetFigures, ListTasks
from shared.contracts.oversight_answers import Figures, TaskList, TaskView
from shared.contracts.scalars import level_of
from shared.messaging.tx import Tx

MOST = 50


def list_tasks(tx: Tx, command: ListTasks) -> TaskList:
    """What waits for this person, in the order it should be done; at most fifty of a kind."""
    is_officer = any(tx.actor.has(role) for role in OFFICERS)
    tasks = [*_case_tasks(tx)]
    if is_officer:
        reviews = list(_reviews(tx))
        urgent = [task for task in reviews if task.urgent]
        others = [task for task in reviews if not task.urgent]
        tasks = [*urgent, *_requests(tx), *others, *tasks, *_due(tx), *_checks(tx)]
    if tx.actor.has("admin") or (is_officer and level_of(tx.actor.node) != "district"):
        tasks += [*_unmatched(tx), *_alarms(tx)]
    return TaskList(items=tuple(tasks), counts=dict(Counter(task.kind for task in tasks)))


def get_figures(tx: Tx, command: GetFigures) -> Figures:
    """The counts of the desk, of what the actor may see."""
    suspended, waivers, today = cases_desk.count_holds(tx)
    stages = cases.count_by_stage(tx)
    due, removals = publications.count_removals(tx)
    campaigns, left = checks.count_checks(tx)
    unmatched, _since = cases_desk.count_unmatched(tx)
    return Figures(
        pending_review=cases_review.count_pending(tx),
        units_suspended=suspended,
        waivers_lifted=waivers,
        new_suspensions_today=today,
        unmatched_events=unmatched,
        open_cases=sum(n for stage, n in stages.items() if stage != Stage.CLOSED),
        cases_by_stage=stages,
        plaques_to_return=publications.count_plaques_out(tx),
        publications_due=due,
        open_campaigns=campaigns,
        checks_left=left,
        removals_this_year=removals,
    )


def _reviews(tx: Tx) -> Iterator[TaskView]:
    for row in cases_review.list_newest_matters(tx, MOST):
        holds = row["hold_id"] is not None and row["lifted_at"] is None
        kind = TRIGGER_NAMES.get(row["kind"], "检查发现的问题")
        word = "已暂停，待核实" if holds else "待核实"
        yield TaskView(
            kind="suspension" if holds else "review",
            says=f"{row['unit_name']}：{kind}，{word}",
            target="review",
            target_id=row["trigger_id"],
            unit_id=row["unit_id"],
            unit_name=row["unit_name"],
            since_at=row["arrived_at"],
            urgent=holds,
        )


def _requests(tx: Tx) -> Iterator[TaskView]:
    for row in cases_desk.list_requests(tx, MOST):
        is_lift = row["purpose"] == "lift"
        word = "解除暂停" if is_lift else "认定事项不成立"
        yield TaskView(
            kind="second_person",
            says=f"{row['unit_name']}：{row['asked_by_name']}提出{word}，待第二人同意",
            target="hold" if is_lift else "review",
            target_id=row["hold_id"] if is_lift else row["trigger_id"],
            unit_id=row["unit_id"],
            unit_name=row["unit_name"],
            since_at=row["asked_at"],
        )


def _case_tasks(tx: Tx) -> Iterator[TaskView]:
    for row in cases_desk.list_open_cases(tx, 4 * MOST):
        says = _act_of(tx, row)
        if says:
            yield TaskView(
                kind="case",
                says=f"{row['unit_name']}「{row['title_text']}」退出案件：{says}",
                target="case",
                target_id=row["case_id"],
                unit_id=row["unit_id"],
                unit_name=row["unit_name"],
                since_at=row["opened_at"],
            )


def _act_of(tx: Tx, row: cases.Row) -> str:
    """What this person has to do on an open case; "" for nothing."""
    actor = tx.actor
    is_officer = any(actor.has(role) for role in OFFICERS)
    silent = row["silent_bodies"] or []
    match Stage(row["stage"]):
        case Stage.OPENED:
            if actor.unit_id == row["unit_id"]:
                return "请就有关情况陈述意见"
            return "听取单位陈述" if is_officer else ""
        case Stage.STATEMENT | Stage.DELIBERATION:
            if actor.has("seat") and actor.body in silent:
                return f"请提出{actor.body}的意见"
            if not is_officer or actor.node != row["node"]:
                return ""
            return f"待{'、'.join(silent)}提出意见" if silent else "各方意见已齐，请录入会商决定"
        case _:
            return ""


def _due(tx: Tx) -> Iterator[TaskView]:
    for row in cases_desk.list_due(tx, MOST):
        parts = {
            "plaque": (row["plaque_state"] == PlaquePlace.TO_RETURN, "收回铭牌"),
            "publication": (row["publication_stage"] == "due", "向社会公布取消命名"),
        }
        for kind, (is_open, says) in parts.items():
            if is_open:
                yield TaskView(
                    kind=kind,
                    says=f"{row['unit_name']}「{row['title_text']}」：{says}",
                    target="case",
                    target_id=row["case_id"],
                    unit_id=row["unit_id"],
                    unit_name=row["unit_name"],
                    since_at=row["decided_at"],
                )


def _checks(tx: Tx) -> Iterator[TaskView]:
    for row in cases_desk.list_checks_left(tx, MOST):
        yield TaskView(
            kind="check",
            says=f"{row['title']}：还有 {row['left']} 家待检查，{row['ends_on']} 结束",
            target="campaign",
            target_id=row["campaign_id"],
            since_at=row["opened_at"],
            urgent=row["ends_on"] < tx.today,
        )


def _unmatched(tx: Tx) -> Iterator[TaskView]:
    number, since = cases_desk.count_unmatched(tx)
    if number and since:
        yield TaskView(
            kind="unmatched",
            says=f"{number} 件机构事件没有对应的单位，待核对代码或登记单位",
            target="unmatched",
            target_id="",
            since_at=since,
        )


def _alarms(tx: Tx) -> Iterator[TaskView]:
    for row in cases_desk.list_alarms(tx, MOST):
        yield TaskView(
            kind="gap" if row["kind"] == "gap" else "alarm",
            says=f"{row['name']}：{row['says']}",
            target="agency",
            target_id=row["agency"],
            since_at=row["raised_at"],
        )
