"""The packs of Weihai and Hedong hold their documents whole, and every row rests on its words."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.policy.load import load_pack
from tests.unit.policy.held import HEDONG, WEIHAI
from tests.unit.policy.rows import missing, rows_of, unheld, whole_text

DOCUMENTS = {
    "weihai-2023": (6032, "4147d53a26b05396b23331b9269728a65e97f601e154cf04050801af68c78d48"),
    "hedong-2023": (3531, "d93d16bb616654894087736f3564bac5fdc9f580a7deaa9642c6254faf19217a"),
}
"""Length and SHA-256 of each whole document without white space."""


@pytest.mark.parametrize(("pack_id", "source"), [("weihai-2023", "WH"), ("hedong-2023", "HD")])
def test_the_clauses_are_the_document_word_for_word(pack_id: str, source: str) -> None:
    assert whole_text(load_pack(pack_id), source) == DOCUMENTS[pack_id]


@pytest.mark.parametrize(
    ("pack_id", "prefix", "held_by", "rows"),
    [("weihai-2023", "WH-", WEIHAI, 125), ("hedong-2023", "HD-", HEDONG, 67)],
)
def test_every_row_is_held_by_entries_that_rest_on_its_words(
    pack_id: str, prefix: str, held_by: Mapping[str, str], rows: int
) -> None:
    pack, listed = load_pack(pack_id), rows_of(prefix)

    assert len(held_by) == rows
    assert missing(pack, held_by) == []
    assert listed.keys() <= held_by.keys()
    assert unheld(pack, listed, held_by) == []
