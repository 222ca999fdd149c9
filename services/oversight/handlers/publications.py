"""Publishing a removal to society, and the plaques still to come back (NB23 二(五))."""

from __future__ import annotations

from services.oversight.domain.case import LEVEL_WORDS, refuse_unless_naming_level
from services.oversight.domain.publication import (
    PLAQUE_WORDS,
    PlaquePlace,
    PublicationStage,
    Removal,
    publish,
    wording,
)
from services.oversight.handlers.cases_rights import OFFICERS, clause_of, refuse_unless
from services.oversight.handlers.titles import close_when_done
from services.oversight.store import cases
from services.oversight.store import publications as store
from shared.contracts.oversight import (
    ListPlaqueTasks,
    ListPublications,
    PublishRemoval,
    RemovalPublished,
)
from shared.contracts.oversight_answers import (
    PlaqueTaskPage,
    PlaqueTaskView,
    PublicationPage,
    PublicationView,
)
from shared.messaging.tx import Tx
from shared.runtime import decisions, organisations, packs


def publish_removal(tx: Tx, command: PublishRemoval) -> PublicationView:
    """Publish with date and level; once, at the naming level, after the title is cancelled."""
    refuse_unless(tx.actor, *OFFICERS)
    row = cases.load_case(tx, command.case_id, lock=True)
    case = cases.case_of(row)
    node_name = organisations.name_of(case.node)
    refuse_unless_naming_level(case, tx.actor, node_name)
    due = store.find_of_case(tx, command.case_id, lock=True)
    clause = clause_of(tx, case.fingerprint, "publish")
    publish(PublicationStage(due["stage"]) if due else None, clause)
    found = due or {}
    text = wording(
        Removal(
            unit_name=found["unit_name"],
            title_text=found["title_text"],
            level_text=LEVEL_WORDS.get(found["level"], found["level"]),
            node_name=node_name,
            revoked_on=found["revoked_on"],
        )
    )
    store.save_published(tx, found["publication_id"], text)
    decision_id = decisions.record(
        tx,
        kind="removal.publish",
        subject=case.unit_id,
        outcome="published",
        says=text,
        pack=packs.pinned(tx, case.fingerprint),
        because=[row["decision_id"]],
        clauses=[row["clause"]],
    )
    cases.add_step(
        tx,
        case.case_id,
        kind="published",
        says=f"向社会公布：{text}",
        clause=clause,
        decision_id=decision_id,
    )
    tx.emit(
        RemovalPublished(
            unit_id=case.unit_id,
            case_id=case.case_id,
            title_id=case.title_id,
            publication_id=found["publication_id"],
            published_on=tx.today,
            text=text,
        )
    )
    close_when_done(tx, case.title_id)
    published = store.find_of_case(tx, command.case_id)
    return _view(published or {})


def list_publications(tx: Tx, command: ListPublications) -> PublicationPage:
    """Published removals, newest first: no sign-in, no scope, nothing personal."""
    rows = store.list_published(
        tx,
        node=command.node,
        level=command.level,
        after=command.after,
        limit=command.limit,
    )
    page = rows[: command.limit]
    return PublicationPage(
        items=tuple(_view(row) for row in page),
        next=page[-1]["publication_id"] if len(rows) > command.limit else "",
    )


def list_plaque_tasks(tx: Tx, command: ListPlaqueTasks) -> PlaqueTaskPage:
    """Plaques of cancelled titles: the list "to be returned", or those settled."""
    rows = store.list_plaques(tx, state=command.state, after=command.after, limit=command.limit)
    page = rows[: command.limit]
    same = ("case_id", "unit_id", "unit_name", "title_id", "title_text", "plaque_number")
    return PlaqueTaskPage(
        items=tuple(
            PlaqueTaskView(
                **{name: row[name] for name in same},
                state=row["plaque_state"],
                state_text=PLAQUE_WORDS[PlaquePlace(row["plaque_state"])],
                since_on=row["title_revoked_on"],
                returned_on=row["plaque_returned_on"],
                lost_reason=row["plaque_lost_reason"],
            )
            for row in page
        ),
        next=page[-1]["case_id"] if len(rows) > command.limit else "",
    )


def _view(row: cases.Row) -> PublicationView:
    same = ("publication_id", "case_id", "unit_id", "unit_name", "title_id", "title_text")
    return PublicationView(
        **{name: row[name] for name in same},
        level=row["level"],
        level_text=LEVEL_WORDS.get(row["level"], row["level"]),
        node=row["node"],
        node_name=organisations.name_of(row["node"]),
        revoked_on=row["revoked_on"],
        published_on=row["published_on"],
        text=row["published_text"],
    )
