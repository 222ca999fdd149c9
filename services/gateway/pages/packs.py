"""政策包: which programmes there are and where they work, each whole as a page, two side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.auth import guard
from services.gateway.lawbook import pack_named
from services.gateway.pages import acts
from services.gateway.pages.desk import Missing, Pages, ask, go, part, render
from shared.contracts import registry_acts
from shared.contracts.registry_answers import ActivationView
from shared.contracts.scalars import covers
from shared.policy.diff import differences
from shared.policy.grounding import (
    basis,
    effective_on,
    outside_clauses,
    outside_text,
    resting,
    to_be_loaded,
)
from shared.policy.pack import Clause, Pack, Setting, Source
from shared.policy.said import SECTION_NAMES, STATUS_NAMES
from shared.policy.telling import sections
from shared.runtime.organisations import region_of
from shared.runtime.packs import all_packs

pages = Pages()
_WHO = ("any",)
_TONES = {"draft": "warn", "in_force": "ok", "baseline": "pri"}
_BASELINE = "baseline"
_NUMBER = re.compile(r"A-\d+\w?(?!\w)")  # of a place the text leaves open: nothing to an officer
Activations = list[ActivationView]


@dataclass(frozen=True)
class Programme:
    """A pack on file as the list shows it.

    since    the newest activation of any version; newer: what is on file differs from it
    """

    pack: Pack
    source: Source | None
    since: ActivationView | None
    newer: bool
    own: bool


@pages.page("/packs", _WHO)
async def packs(request: Request) -> Response:
    """Every programme side by side: where, in what state, at work since when, by whom and why."""
    known, region = all_packs(), region_of(guard.asker_of(request).actor.node)
    found = await _activations(request)
    at_work = [] if isinstance(found, Missing) else found
    programmes = sorted(
        (_programme(pack, at_work, region) for pack in known.values()),
        key=lambda p: (not p.own, p.pack.status == _BASELINE),
    )
    return render(
        request,
        "packs.html",
        title="执行的规则",
        programmes=programmes,
        activations=found,
        versions=_versions([p.pack for p in programmes], at_work),
        pack_status=_status,
        offers=_offers(request, region),
    )


def _programme(pack: Pack, found: Activations, region: str) -> Programme:
    since = next((a for a in found if a.pack_id == pack.id), None)
    return Programme(
        pack=pack,
        source=pack.sources.get(pack.document),
        since=since,
        newer=since is not None and since.fingerprint != pack.fingerprint,
        own=_fits(pack, region),
    )


def _fits(pack: Pack, region: str) -> bool:
    """Whether a pack is made for a region; a baseline is for packs to build on."""
    return bool(region) and pack.status != _BASELINE and covers(pack.jurisdiction, region)


def _versions(known: Iterable[Pack], found: Activations) -> list[tuple[str, str]]:
    """What can be compared: packs on file, and versions that were put to work and have changed."""
    listed = {pack.id: f"{pack.title}（{pack.version}）" for pack in known}
    on_file = {pack.fingerprint for pack in known}
    for a in found:
        if a.fingerprint not in on_file:
            label = f"{a.pack_title}（{a.pack_version}，{a.effective_on} 起启用的版本）"
            listed.setdefault(a.fingerprint[:16], label)
    return list(listed.items())


def _offers(request: Request, region: str) -> list[acts.Offer]:
    if not guard.asker_of(request).may(("admin",)):
        return []
    fit = [(p.id, p.title) for p in all_packs().values() if _fits(p, region)]
    act = acts.TABLE[registry_acts.ActivatePack.name].with_options("pack_id", fit)
    return [acts.Offer(act, {"jurisdiction": region})]


@pages.page("/packs/difference", _WHO)
async def choose(request: Request) -> Response:
    """The two that were chosen in a form, at the address of their own."""
    one, other = (request.query_params.get(name, "")[:64] for name in ("before", "after"))
    return go(f"/packs/{one}/difference/{other}" if one and other else "/packs")


@pages.page("/packs/{pack_id}", _WHO)
async def pack(request: Request, pack_id: str) -> Response:
    """A pack as an officer reads and prints it; `?open=1` shows every clause's words at once."""
    found = await pack_named(pack_id, lambda command: ask(request, command))
    activations = await _activations(request)
    own: Any = activations
    if not isinstance(activations, Missing):
        own = [a for a in activations if a.pack_id == found.id]
    return render(
        request,
        "pack.html",
        title=found.title,
        book=found,
        source=found.sources.get(found.document),
        first_day=effective_on(found),
        basis=basis(found),
        sections=[s for s in sections(found) if s.id not in ("sources", "clauses")],
        resting=resting(found),
        chapters=_chapters(found),
        outside=outside_text(found),
        reason_text=_reason,
        parent_title=_parent_title(found),
        outside_clauses=outside_clauses(found),
        awaited=to_be_loaded(found),
        section_names=SECTION_NAMES,
        activations=own,
        pack_status=_status,
        opened=bool(request.query_params.get("open")),
    )


def _parent_title(pack: Pack) -> str:
    """The programme this one is built on, by its title."""
    found = all_packs().get(pack.parent or "")
    return found.title if found else pack.parent or ""


def _reason(pack: Pack, setting: Setting) -> str:
    """Why a setting is there: the words of the clause its value rests on, or its own reason."""
    if not _NUMBER.match(setting.ambiguity):
        return setting.ambiguity
    clause = pack.clauses.get(setting.values[-1].clause) if setting.values else None
    if clause is None:
        return "文件没有写明"
    own = pack.sources[clause.source].status == "not_from_text"
    return clause.wording if own else f"{clause.citation}没有写明"


def _chapters(pack: Pack) -> list[tuple[Source, list[Clause]]]:
    """The clauses by the document they stand in, the programme's own first."""
    outside = outside_clauses(pack)
    order = sorted(pack.sources.values(), key=lambda source: source.id != pack.document)
    found = (
        (s, [c for c in pack.clauses.values() if c.source == s.id and c not in outside])
        for s in order
    )
    return [(source, clauses) for source, clauses in found if clauses]


@pages.page("/packs/{before}/difference/{after}", _WHO)
async def difference(request: Request, before: str, after: str) -> Response:
    """What differs between two packs or two versions, by section, a sentence each."""
    one = await pack_named(before, lambda command: ask(request, command))
    other = await pack_named(after, lambda command: ask(request, command))
    found = await _activations(request)
    at_work = [] if isinstance(found, Missing) else found
    return render(
        request,
        "pack_difference.html",
        title="两个政策包的差别",
        before=one,
        after=other,
        chosen=(before, after),
        versions=_versions(all_packs().values(), at_work),
        parts=differences(one, other),
        pack_status=_status,
    )


async def _activations(request: Request) -> Activations | Missing:
    found = await part(request, dict[str, Activations], registry_acts.ListActivations())
    return found if isinstance(found, Missing) else found["activations"]


def _status(status: str) -> tuple[str, str]:
    return STATUS_NAMES.get(status, status), _TONES.get(status, "")
