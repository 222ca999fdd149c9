"""Which law is at work where and since when, as each service remembers it in its own schema.

A pack on file does nothing. It works from the day a named person activated it for a jurisdiction;
what they activated is kept whole, so later changes to files touch no decision and no open case.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from threading import Lock
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.contracts.message import Actor, Envelope
from shared.contracts.refusals import Refused
from shared.contracts.registry import PackActivated
from shared.contracts.scalars import area_of, covers, prefix_of
from shared.policy.codec import pack_from_json
from shared.policy.load import load_pack, pack_ids
from shared.policy.pack import Pack
from shared.runtime.plumbing import active_pack, pack_snapshot
from shared.runtime.settings import settings

_MOST_KEPT = 32
_KEPT: OrderedDict[str, Pack] = OrderedDict()
_LOCK = Lock()


class Work(Protocol):
    """What is needed of a transaction: its session, its time and who acts."""

    @property
    def session(self) -> Session:
        """The session of the transaction."""

    @property
    def now(self) -> datetime:
        """The time of the act."""

    @property
    def actor(self) -> Actor:
        """Who acts."""


@lru_cache(maxsize=1)
def all_packs() -> dict[str, Pack]:
    """Every pack on file by id, read and checked once a process. PackInvalid when one is not fit.

    Built in ones, and those of the folder in the setting `packs`: local standards (A-03).
    """
    found = dict(shipped())
    own = settings().packs
    if own is not None:
        found |= {pack_id: load_pack(pack_id, own) for pack_id in pack_ids(own)}
    return found


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Pack]:
    """The built in packs by id, whatever the settings say."""
    return {pack_id: load_pack(pack_id) for pack_id in pack_ids()}


def in_force(tx: Work, node: str, on: date) -> Pack:
    """The pack at work for a node or division on a day; Refused("pack_not_activated") when none.

    An activation for 330200 covers every 3302xx; one for a narrower area goes before it, and of
    two for the same area the one with the later effective day.
    """
    found = in_force_for(tx, [node], on)[node]
    if found is None:
        raise Refused(
            "pack_not_activated",
            f"「{node}」在 {on} 没有启用的政策包，没有规则可依。请先由管理员写明理由启用。",
        )
    return found


def in_force_for(tx: Work, nodes: Iterable[str], on: date) -> dict[str, Pack | None]:
    """The same for many nodes in one statement; None where no pack is at work."""
    rows = tx.session.execute(
        select(
            active_pack.c.jurisdiction, active_pack.c.effective_on, active_pack.c.fingerprint
        ).where(active_pack.c.effective_on <= on)
    ).all()
    found: dict[str, Pack | None] = {}
    for node in nodes:
        covering = [row for row in rows if covers(row.jurisdiction, node)]
        best = max(
            covering,
            key=lambda r: (len(prefix_of(area_of(r.jurisdiction))), r.effective_on),
            default=None,
        )
        found[node] = pinned(tx, str(best.fingerprint)) if best is not None else None
    return found


def pinned(tx: Work, fingerprint: str) -> Pack:
    """The very pack of this fingerprint, whatever is in force now; Refused (404) when not kept."""
    with _LOCK:
        kept = _KEPT.get(fingerprint)
        if kept is not None:
            _KEPT.move_to_end(fingerprint)
            return kept
    content = tx.session.execute(
        select(pack_snapshot.c.content).where(pack_snapshot.c.fingerprint == fingerprint)
    ).scalar()
    if content is None:
        raise _unknown(fingerprint)
    return _keep(_opened(str(content), fingerprint))


def kept(tx: Work, beginning: str) -> tuple[str, str]:
    """Fingerprint and text of the version whose fingerprint begins so; Refused (404) for none."""
    found = tx.session.execute(
        select(pack_snapshot.c.fingerprint, pack_snapshot.c.content)
        .where(pack_snapshot.c.fingerprint.startswith(beginning, autoescape=True))
        .limit(2)
    ).all()
    if len(found) != 1:
        raise _unknown(beginning)
    return str(found[0].fingerprint), str(found[0].content)


def _unknown(fingerprint: str) -> Refused:
    says = f"没有留存指纹为「{fingerprint[:12]}」的政策包。"
    return Refused("pack_unknown", says, status=404)


def activate(tx: Work, event: PackActivated, envelope: Envelope | None = None) -> Pack:
    """Remember an activation and the pack's whole text. Hearing it twice changes nothing.

    Without an envelope the act is the transaction's own. ValueError when the text is not the one
    the fingerprint names; Refused when the pack is not made for this jurisdiction.
    """
    pack = _opened(event.content, event.fingerprint)
    if not covers(pack.jurisdiction, event.jurisdiction):
        says = (
            f"政策包「{pack.title}」适用于 {pack.jurisdiction}，不能在 {event.jurisdiction} 启用。"
        )
        raise Refused("pack_not_for_jurisdiction", says, status=422)
    snapshot = insert(pack_snapshot).values(
        fingerprint=event.fingerprint,
        pack_id=event.pack_id,
        version=event.pack_version,
        content=event.content,
    )
    tx.session.execute(snapshot.on_conflict_do_nothing())
    row = insert(active_pack).values(
        jurisdiction=event.jurisdiction,
        effective_on=event.effective_on,
        fingerprint=event.fingerprint,
        pack_id=event.pack_id,
        activated_by=envelope.actor.id if envelope else tx.actor.id,
        activated_at=envelope.time if envelope else tx.now,
        reason=event.reason,
    )
    names = ("fingerprint", "pack_id", "activated_by", "activated_at", "reason")
    tx.session.execute(
        row.on_conflict_do_update(
            index_elements=[active_pack.c.jurisdiction, active_pack.c.effective_on],
            set_={name: getattr(row.excluded, name) for name in names},
            where=active_pack.c.activated_at <= row.excluded.activated_at,
        )
    )
    return _keep(pack)


def _opened(content: str, fingerprint: str) -> Pack:
    pack = pack_from_json(content)
    if pack.fingerprint != fingerprint:
        raise ValueError(f"{pack.id}: the text is {pack.fingerprint[:12]}, not {fingerprint[:12]}")
    return pack


def _keep(pack: Pack) -> Pack:
    with _LOCK:
        _KEPT[pack.fingerprint] = pack
        _KEPT.move_to_end(pack.fingerprint)
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return pack
