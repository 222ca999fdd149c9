"""Exit cases as the portal reads them: whole, in lists, and as minutes."""

from __future__ import annotations

from datetime import date

from services.oversight.domain import case as rules
from services.oversight.domain.case import LEVEL_WORDS, OUTCOME_WORDS, STAGE_WORDS, Outcome, Stage
from services.oversight.domain.opinions import (
    CONSENT_WORDS,
    SIDE_WORDS,
    Consent,
    Tally,
    count,
    dissent,
    employer_note,
)
from services.oversight.domain.publication import PLAQUE_WORDS, PlaquePlace
from services.oversight.handlers.cases_rights import OFFICERS, number_of
from services.oversight.store import cases as store
from services.oversight.store import cases_parties as parties
from services.oversight.store import publications
from shared.contracts.message import Actor
from shared.contracts.oversight import GetCase, GetMinutes, ListCases
from shared.contracts.oversight_answers import (
    CasePage,
    CaseStepView,
    CaseView,
    CaseWhole,
    Minutes,
    OpinionView,
    SideView,
)
from shared.messaging.tx import LAW_ZONE, Tx
from shared.runtime import organisations, packs

STEP_WORDS = {
    "opened": "启动退出程序",
    "trigger_added": "并入情形",
    "statement": "听取陈述",
    "statement_waived": "未作陈述",
    "opinion": "提出意见",
    "decided": "会商决定",
    "hold_stays": "暂停未解除",
    "title_revoked": "取消命名",
    "plaque_returned": "收回铭牌",
    "plaque_lost": "铭牌遗失",
    "published": "向社会公布",
    "closed": "结案",
    "note": "备注",
    "appeal": "申诉",
}


def get_case(tx: Tx, command: GetCase) -> CaseWhole:
    """One case whole, as this person may see it and act on it."""
    return whole(tx, command.case_id)


def list_cases(tx: Tx, command: ListCases) -> CasePage:
    """A page of cases, newest first."""
    wanted = command.model_dump(include={"node", "stage", "status", "unit_id"})
    rows = store.list_cases(tx, wanted, after=command.after, limit=command.limit)
    page = rows[: command.limit]
    return CasePage(
        items=tuple(CaseView.model_validate(_head(row, tx.today)) for row in page),
        next=page[-1]["case_id"] if len(rows) > command.limit else "",
    )


def whole(tx: Tx, case_id: str) -> CaseWhole:
    """The case with its story, its parties, what is missing and what the actor may do."""
    row = store.load_case(tx, case_id)
    removal = publications.find_of_case(tx, case_id)
    opinions = opinion_views(tx, case_id)
    tally = tally_of(tx, row)
    return CaseWhole.model_validate(
        _head(row, tx.today)
        | {
            "pack": row["pack_id"],
            "fingerprint": row["fingerprint"],
            "opinions": opinions,
            "sides": _sides(tally),
            "employer_note": employer_note(parties.list_seats(tx, case_id)),
            "statement": row["heard"],
            "statement_text": row["heard_text"],
            "decided_on": row["decided_on"],
            "decision_id": row["decision_id"],
            "decision_says": row["decided_says"],
            "title_revoked_on": row["title_revoked_on"],
            "plaque_number": row["plaque_number"],
            "plaque_state": row["plaque_state"],
            "plaque_text": PLAQUE_WORDS[PlaquePlace(row["plaque_state"])],
            "publication_id": removal["publication_id"] if removal else "",
            "publication_state": removal["stage"] if removal else "",
            "published_on": removal["published_on"] if removal else None,
            "trigger_ids": store.triggers_of(tx, case_id),
            "steps": tuple(step_view(step) for step in store.list_steps(tx, [case_id])),
            "missing": _missing(row, tally),
            "may": _may(tx.actor, row, removal),
        }
    )


def naming_body(node: str, level: str) -> str:
    """Who named the unit, in words; a level above this region is named by its level (A-34)."""
    known = organisations.find_node(node)
    return known.name if known else f"{LEVEL_WORDS.get(level, level)}命名机关"


def opinion_views(tx: Tx, case_id: str) -> tuple[OpinionView, ...]:
    """Every body of the case in its order, with its opinion or without."""
    given = {o["body"]: o for o in parties.list_opinions(tx, case_id)}
    views = []
    for seat in parties.list_seats(tx, case_id):
        said = given.get(seat.body)
        views.append(
            OpinionView(
                body=seat.body,
                body_name=seat.name,
                side=seat.side,
                side_text=SIDE_WORDS[seat.side],
                delegated=seat.delegated,
                given=said is not None,
                consent=said["consent"] if said else "",
                consent_text=CONSENT_WORDS[Consent(said["consent"])] if said else "",
                text=said["opinion_text"] if said else "",
                document=said["document"] if said else "",
                given_at=said["given_at"] if said else None,
                given_by=said["given_by_name"] if said else "",
            )
        )
    return tuple(views)


def step_view(step: store.Row) -> CaseStepView:
    """One line of the story."""
    return CaseStepView(
        kind=step["kind"],
        kind_text=STEP_WORDS.get(step["kind"], step["kind"]),
        at=step["done_at"],
        by=step["done_by_name"],
        node=step["node"],
        says=step["says"],
        clause=step["clause"],
        decision_id=step["decision_id"],
    )


def tally_of(tx: Tx, row: store.Row) -> Tally:
    """How the parties stand on this case, by the pack it is pinned to."""
    pack = packs.pinned(tx, row["fingerprint"])
    return count(
        parties.list_seats(tx, row["case_id"]),
        parties.opinions_of(parties.list_opinions(tx, row["case_id"])),
        quorum=number_of(pack, "opinions.quorum_per_side", tx.today, default=1),
    )


def get_minutes(tx: Tx, command: GetMinutes) -> Minutes:
    """Minutes of the deliberation (会商纪要) from what is recorded, and nothing else."""
    row = store.load_case(tx, command.case_id)
    seats = parties.list_seats(tx, command.case_id)
    opinions = opinion_views(tx, command.case_id)
    outcome = Outcome(row["outcome"])
    against = (
        dissent(
            seats,
            parties.opinions_of(parties.list_opinions(tx, command.case_id)),
            Consent(outcome),
        )
        if outcome is not Outcome.OPEN
        else ()
    )
    node = naming_body(row["node"], row["level"])
    conclusion = f"{OUTCOME_WORDS[outcome]}。{row['decided_says']}" if outcome else "尚未作出决定。"
    heard = {"heard": "已听取单位陈述", "waived": "单位未作陈述", "": "尚未听取单位陈述"}
    said = tuple(
        f"{o.side_text} {o.body_name}{'（委托代行）' if o.delegated else ''}："
        + (f"{o.consent_text}。{o.text}" if o.given else "未提出意见。")
        for o in opinions
    )
    opened = (
        f"{node}就{row['unit_name']}「{row['title_text']}」涉及「{row['ground_text']}」情形"
        f"（{row['clause']}）启动退出程序。"
    )
    note = employer_note(seats)
    return Minutes(
        case_id=command.case_id,
        title=f"关于{row['unit_name']}「{row['title_text']}」退出事项的会商纪要",
        paragraphs=(
            opened,
            f"{heard[row['heard']]}。{row['heard_text']}",
            *said,
            *((f"{note}。",) if note else ()),
            f"会商结论：{conclusion}",
        ),
        opinions=opinions,
        dissent=against,
        conclusion=conclusion,
        decision_id=row["decision_id"],
    )


def _head(row: store.Row, today: date) -> dict[str, object]:
    case = store.case_of(row)
    node_name = naming_body(row["node"], row["level"])
    ended = row["closed_at"].astimezone(LAW_ZONE).date() if row["closed_at"] else today
    same = ("case_id", "unit_id", "unit_name", "division", "title_id", "title_text", "ground")
    more = ("ground_text", "clause", "node", "level", "reported_from", "stage", "outcome")
    return {name: row[name] for name in (*same, *more, "opened_at", "version")} | {
        "node_name": node_name,
        "level_text": LEVEL_WORDS.get(row["level"], row["level"]),
        "waits_for": rules.waits_for(case, node_name),
        "stage_text": STAGE_WORDS[case.stage],
        "status": "open" if case.is_open else "closed",
        "outcome_text": OUTCOME_WORDS[case.outcome],
        "opened_by": row["opened_by_name"],
        "days_open": max(0, (ended - row["opened_at"].astimezone(LAW_ZONE).date()).days),
    }


def _sides(tally: Tally) -> tuple[SideView, ...]:
    return tuple(
        SideView(
            side=side.side,
            side_text=SIDE_WORDS[side.side],
            revoke=side.revoke,
            keep=side.keep,
            recused=side.recused,
            missing=side.missing,
            quorum_met=side.has_quorum,
            absent=side.is_absent,
        )
        for side in tally.sides
    )


def _missing(row: store.Row, tally: Tally) -> tuple[str, ...]:
    case = store.case_of(row)
    match case.stage:
        case Stage.OPENED:
            return ("听取单位陈述，或记录其未作陈述的理由",)
        case Stage.STATEMENT | Stage.DELIBERATION:
            weak = (
                f"{SIDE_WORDS[s.side]}无足够的有效意见"
                for s in tally.sides
                if not s.missing and not s.has_quorum
            )
            return (*(f"{seat.name}尚未提出意见" for seat in tally.missing), *weak)
        case _:
            return ()


def _may(actor: Actor, row: store.Row, removal: store.Row | None) -> tuple[str, ...]:
    """The acts that would not be refused for this person's role, place or the case's stage."""
    case = store.case_of(row)
    is_officer = any(actor.has(role) for role in OFFICERS)
    is_here = rules.is_at_naming_level(case, actor)
    is_hearing = case.stage is Stage.OPENED
    is_speaking = case.stage in (Stage.STATEMENT, Stage.DELIBERATION)
    is_deciding = case.stage is Stage.DELIBERATION and case.opened_by != actor.id
    is_due = removal is not None and removal["stage"] == "due"
    acts = {
        "record_statement": is_hearing and is_officer,
        "waive_statement": is_hearing and is_officer,
        "record_opinion": is_speaking and (actor.has("seat") or (is_officer and is_here)),
        "decide_case": is_deciding and is_here and actor.has("reviewer"),
        "publish_removal": is_due and is_here and is_officer,
        "add_case_note": is_officer or actor.has("seat") or actor.has("unit"),
    }
    return tuple(name for name, may in acts.items() if may)
