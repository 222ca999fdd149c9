"""The review queue as the portal reads it."""

from __future__ import annotations

from services.oversight.domain.case import LEVEL_WORDS, naming_node
from services.oversight.domain.case_facts import needs_of
from services.oversight.domain.holds import effect_words
from services.oversight.store import cases
from services.oversight.store import cases_review as store
from shared.contracts.agencies import TRIGGER_NAMES
from shared.contracts.oversight import GetReviewItem, ListReview
from shared.contracts.oversight_answers import (
    GroundView,
    ReviewItemView,
    ReviewItemWhole,
    ReviewPage,
    TitleView,
)
from shared.messaging.tx import Tx
from shared.policy.pack import Pack
from shared.runtime import packs

STATE_WORDS = {
    "pending": "待核实",
    "confirmed": "已确认",
    "dismissed": "不成立",
    "closed": "来源机构已撤回或办结",
}


def list_review(tx: Tx, command: ListReview) -> ReviewPage:
    """A page of the queue, oldest first."""
    rows = store.list_matters(
        tx,
        state=command.state,
        unit_id=command.unit_id,
        after=command.after,
        limit=command.limit,
    )
    page = rows[: command.limit]
    return ReviewPage(
        items=tuple(ReviewItemView.model_validate(_head(tx, row)) for row in page),
        next=page[-1]["trigger_id"] if len(rows) > command.limit else "",
    )


def get_review_item(tx: Tx, command: GetReviewItem) -> ReviewItemWhole:
    """One matter with what was said, the grounds it may meet and the titles at stake."""
    row = store.load_matter(tx, command.trigger_id)
    pack = packs.in_force(tx, row["division"], tx.today)
    first = [g for g in pack.grounds.values() if g.id == row["ground"]]
    rest = [g for g in pack.grounds.values() if g.id != row["ground"]]
    titles = cases.list_active_titles(tx, row["unit_id"])
    return ReviewItemWhole.model_validate(
        _head(tx, row, pack)
        | {
            "said": row["said"],
            "grounds": tuple(
                GroundView(
                    ground=g.id,
                    name=g.name,
                    clause=g.clause,
                    wording=pack.clause(g.clause).wording,
                    needs=needs_of(g),
                )
                for g in (*first, *rest)
            ),
            "titles": tuple(title_view(title, row["division"]) for title in titles),
            "case_ids": cases.cases_of_trigger(tx, command.trigger_id),
        }
    )


def title_view(title: cases.Row, division: str) -> TitleView:
    """A title with who named it."""
    return TitleView(
        title_id=title["title_id"],
        title_text=title["title_text"],
        level=title["level"],
        level_text=LEVEL_WORDS.get(title["level"], title["level"]),
        node=naming_node(division, title["level"]),
        number=title["number"],
        status=title["status"],
        granted_on=title["granted_on"],
    )


def _head(tx: Tx, row: cases.Row, pack: Pack | None = None) -> dict[str, object]:
    same = ("trigger_id", "unit_id", "unit_name", "division", "agency", "agency_name", "kind")
    more = ("effect", "says", "clause", "ground", "state", "occurred_at", "arrived_at")
    ground = (pack or _pack(tx, row)).grounds.get(row["ground"])
    return {name: row[name] for name in (*same, *more)} | {
        "kind_text": TRIGGER_NAMES.get(row["kind"], "检查发现的问题"),
        "effect_text": effect_words([row["effect"]]),
        "ground_text": ground.name if ground else "",
        "hold_id": row["hold_id"] or "",
        "state_text": STATE_WORDS.get(row["state"], row["state"]),
        "asked_by": row["asked_by_name"] or "",
        "asked_reason": row["asked_reason"] or "",
    }


def _pack(tx: Tx, row: cases.Row) -> Pack:
    return packs.in_force(tx, row["division"], tx.today)
