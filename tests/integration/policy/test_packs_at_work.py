"""Which pack is at work where, since when, and that a pinned one never changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from shared.contracts.refusals import Refused
from shared.contracts.registry import PackActivated
from shared.messaging.tx import Tx
from shared.policy.codec import pack_to_json, sealed
from shared.policy.load import load_pack
from shared.policy.pack import Pack
from shared.runtime import packs

TxFor = Callable[..., Tx]
APRIL = date(2024, 4, 1)
NINGBO = load_pack("ningbo-2023")


def activation(
    pack: Pack = NINGBO, *, where: str = "330200", since: date = date(2024, 1, 1)
) -> PackActivated:
    return PackActivated(
        pack_id=pack.id,
        pack_version=pack.version,
        fingerprint=pack.fingerprint,
        jurisdiction=where,
        effective_on=since,
        reason="三方会议同意试行",
        content=pack_to_json(pack),
    )


def another(version: str) -> Pack:
    return sealed(replace(NINGBO, version=version))


def test_a_draft_is_inert_until_somebody_activates_it(tx_for: TxFor) -> None:
    tx = tx_for("registry")

    with pytest.raises(Refused) as caught:
        packs.in_force(tx, node="330203", on=APRIL)

    assert caught.value.code == "pack_not_activated"


def test_an_activation_covers_the_area_beneath_it_from_its_day(tx_for: TxFor) -> None:
    tx = tx_for("registry")
    packs.activate(tx, activation())

    assert packs.in_force(tx, node="330203", on=APRIL) == NINGBO
    assert packs.in_force(tx, "330200", date(2024, 1, 1)).fingerprint == NINGBO.fingerprint
    for node, on in (("330300", APRIL), ("330203", date(2023, 12, 31))):
        with pytest.raises(Refused):
            packs.in_force(tx, node, on)


def test_the_later_day_and_the_narrower_area_go_first(tx_for: TxFor) -> None:
    tx = tx_for("registry")
    second, own = another("2"), another("own")
    packs.activate(tx, activation())
    packs.activate(tx, activation(second, since=date(2024, 7, 1)))
    packs.activate(tx, activation(own, where="330203", since=date(2024, 2, 1)))

    assert packs.in_force(tx, "330212", APRIL).version == NINGBO.version
    assert packs.in_force(tx, "330212", date(2024, 7, 1)).version == "2"
    assert packs.in_force(tx, "330203", date(2024, 7, 1)).version == "own"


def test_hearing_it_twice_changes_nothing(tx_for: TxFor) -> None:
    tx = tx_for("registry")
    packs.activate(tx, activation())
    packs.activate(tx, activation())

    for table in ("active_pack", "pack_snapshot"):
        assert tx.session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1  # noqa: S608


def test_an_older_activation_heard_late_does_not_win(tx_for: TxFor) -> None:
    newer = tx_for("registry", now=datetime(2024, 3, 2, tzinfo=UTC))
    older = tx_for("registry", now=datetime(2024, 3, 1, tzinfo=UTC))
    packs.activate(newer, activation(another("newer")))
    packs.activate(older, activation(another("older")))

    assert packs.in_force(newer, "330200", APRIL).version == "newer"


def test_who_and_why_are_kept(tx_for: TxFor) -> None:
    tx = tx_for("registry")
    packs.activate(tx, activation())
    row = tx.session.execute(text("SELECT * FROM active_pack")).mappings().one()

    assert (row["activated_by"], row["reason"]) == (tx.actor.id, "三方会议同意试行")
    assert row["activated_at"] == tx.now


def test_a_pinned_pack_is_read_back_from_its_own_text(tx_for: TxFor) -> None:
    tx = tx_for("registry")
    kept = another("pinned")
    packs.activate(tx, activation(kept))
    packs.activate(tx, activation(another("next"), since=date(2024, 2, 1)))
    packs._KEPT.clear()

    assert packs.pinned(tx, kept.fingerprint) == kept
    with pytest.raises(Refused) as caught:
        packs.pinned(tx, "0" * 64)
    assert (caught.value.code, caught.value.status) == ("pack_unknown", 404)


def test_a_text_that_is_not_the_one_named_is_not_taken(tx_for: TxFor) -> None:
    tx = tx_for("registry")
    forged = activation().model_copy(update={"content": pack_to_json(another("forged"))})

    with pytest.raises(ValueError, match="ningbo-2023"):
        packs.activate(tx, forged)
    assert tx.session.execute(text("SELECT count(*) FROM active_pack")).scalar() == 0


def test_a_pack_works_only_where_it_is_made_for(tx_for: TxFor) -> None:
    with pytest.raises(Refused) as caught:
        packs.activate(tx_for("registry"), activation(where="330300"))

    assert caught.value.code == "pack_not_for_jurisdiction"


def test_all_packs_on_file_are_read_once() -> None:
    assert set(packs.all_packs()) >= {"national-2023", "ningbo-2023"}
    assert packs.all_packs() is packs.all_packs()
