"""A pack without a number its own rules cannot do without is refused before a case gets stuck."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.policy.load import load_pack, pack_ids
from shared.policy.needing import needed_settings


@pytest.mark.parametrize("pack_id", pack_ids())
def test_every_pack_on_file_has_what_it_needs(pack_id: str) -> None:
    assert list(needed_settings(load_pack(pack_id))) == []


@pytest.mark.parametrize(
    ("setting", "entry"),
    [
        ("notice.working_days", "naming.notice.city_reviewed"),
        ("congress.quorum", "application.submit.resolution"),
        ("entitlement.lease_hours", "policy_advice"),
        ("inspection.reduced_factor", "inspection_reduced"),
        ("contact.assign_within_days", "contact"),
    ],
)
def test_what_is_missing_is_named_where_it_is_needed(setting: str, entry: str) -> None:
    pack = load_pack("ningbo-2023")
    without = {name: value for name, value in pack.settings.items() if name != setting}

    (fault,) = needed_settings(replace(pack, settings=without))

    assert fault[1] == entry
    assert setting in fault[2]
