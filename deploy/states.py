"""`docs/states.md`: every axis of state with its moves, and what each consumer may do when.

Everything here is read from the domains and the pack; the second table is computed by the same
functions that grant entitlements, so the page cannot drift from what the system does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.evaluation.domain import stages
from services.incentives.domain.standing import Profile
from services.incentives.domain.verdicts import State, verdict_on
from services.oversight.domain import case, publication
from services.registry.domain import honour, standing
from shared.policy.load import load_pack
from shared.policy.pack import Pack

_ON = date(2026, 3, 10)
_CONSUMERS = (
    ("inspection_exempt", "routine inspection and audit: none"),
    ("inspection_reduced", "routine inspection and audit: fewer"),
    ("work_injury_channel", "work-injury green channel"),
    ("dispute_channel", "dispute green channel"),
    ("award_nomination", "first recommended for honours"),
)
_WORDS = {State.ACTIVE: "yes", State.SUSPENDED: "rests", State.ENDED: "no", None: "no"}


def states_page() -> str:
    """The whole page."""
    lines = [
        "# States",
        "",
        "Generated from the domains by `make schemas`. Each axis stands for itself; each move is",
        "guarded in the domain and by a check or trigger in the database. Clauses: NB23.",
        "",
    ]
    lines += _axis("Standing of a unit", standing.TEXT, standing.MOVES, "registry")
    lines += _axis("Title", honour.STATUS_TEXT, honour.TITLE_MOVES, "registry")
    lines += _axis("Plaque", honour.PLACE_TEXT, honour.PLACE_MOVES, "registry")
    for kind, name in (
        (stages.ApplicationStage, "Application"),
        (stages.RoundStage, "Round"),
        (stages.NominationStage, "Nomination"),
        (stages.ObjectionStage, "Objection"),
    ):
        lines += _axis(name, stages.TEXT[kind], stages.TRANSITIONS[kind], "evaluation")
    lines += _axis("Exit case", case.STAGE_WORDS, case.NEXT, "oversight")
    removal = {
        publication.PublicationStage.DUE: (publication.PublicationStage.PUBLISHED,),
        publication.PublicationStage.PUBLISHED: (),
    }
    words = dict(zip(publication.PublicationStage, ("待公布", "已公布"), strict=True))
    lines += _axis("Publication of a removal", words, removal, "oversight")
    lines += [
        "## Holds",
        "",
        "A set of reasons, each one of two effects. `suspend`: every benefit rests. `lift_exemption`:",
        "only the exemption rests, while a complaint is open. A reason is added by an agency's event",
        "or a confirming person, and taken away alone, by its paired closing event or by a person;",
        "a unit is held while any reason stands. No batch job ends a hold.",
        "",
    ]
    return "\n".join(lines + _consumers(load_pack("ningbo-2023"))) + "\n"


def _axis(
    title: str, words: Mapping[Any, str], moves: Mapping[Any, Iterable[object]], service: str
) -> list[str]:
    lines = [
        f"## {title}",
        "",
        f"Kept by {service}.",
        "",
        "| state | 中文 | may become |",
        "|---|---|---|",
    ]
    for state, following in moves.items():
        after = ", ".join(f"`{s}`" for s in sorted(map(str, following))) or "the end"
        lines.append(f"| `{state}` | {words[state]} | {after} |")
    return [*lines, ""]


def _consumers(pack: Pack) -> list[str]:
    heads = " | ".join(says for _, says in _CONSUMERS)
    lines = [
        "## What each consumer may do",
        "",
        "Complaint-driven inspection is always allowed. `rests` means: as if it were not there, and",
        "back by itself when the last reason is gone.",
        "",
        f"| unit | holds | {heads} |",
        "|---|---|" + "---|" * len(_CONSUMERS),
    ]
    for kind in ("enterprise", "site"):
        for stood, recognised, level in (
            ("registered or creating", False, ""),
            ("recognised", True, ""),
            ("recognised, city title", True, "city"),
            ("city title, recognition withdrawn", False, "city"),
        ):
            for held, complaint, suspended in (
                ("none", False, False),
                ("complaint open", True, False),
                ("suspended", False, True),
            ):
                profile = Profile(
                    kind=kind,
                    is_live=True,
                    labour_need=False,
                    widened=frozenset(),
                    recognised=recognised,
                    level=level,
                    complaint_open=complaint,
                    suspended=suspended,
                )
                cells = " | ".join(
                    _WORDS[verdict_on(pack, profile, benefit=benefit, on=_ON).state]
                    for benefit, _ in _CONSUMERS
                )
                lines.append(f"| {kind}, {stood} | {held} | {cells} |")
    return lines
