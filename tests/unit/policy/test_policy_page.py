"""The page for policy officers names everything a pack may hold, and nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.policy.load import load_pack, pack_ids
from shared.policy.naming import Names
from shared.policy.pack import Trigger
from shared.policy.phrases import condition_words
from shared.policy.reading import CLOSED, read_condition
from shared.policy.said import GATE_NAMES
from shared.policy.shapes import Shaper
from shared.policy.tree import read_tree
from shared.policy.words import HEAD, SECTIONS, WORDS

PAGE = (Path(__file__).parents[3] / "docs" / "policy-packs.md").read_text(encoding="utf-8")
NINGBO = load_pack("ningbo-2023")
READ = re.compile(r"^\| `(\{.+\})` \| (.+) \|$", re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [
        tuple(SECTIONS), pack_ids(), tuple(GATE_NAMES), CLOSED, WORDS[Trigger, "effect"],
        tuple(name for name in HEAD if name in ("parent", "document", "authority")),
    ],
    ids=["sections", "packs", "gates", "conditions", "effects", "head"],
)  # fmt: skip
def test_the_page_names_each(words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in PAGE and f"{word}:" not in PAGE] == []


def test_the_gates_are_said_as_everywhere() -> None:
    listed = dict(re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \|$", PAGE, re.MULTILINE))

    assert GATE_NAMES.items() <= listed.items()


@pytest.mark.parametrize(("written", "read"), READ.findall(PAGE))
def test_a_condition_reads_as_the_page_says(written: str, read: str) -> None:
    shaper = Shaper(NINGBO.facts, NINGBO.settings)

    condition = read_condition(read_tree(written, "page"), shaper)

    assert shaper.findings == []
    assert condition_words(condition, Names(NINGBO)) == read
