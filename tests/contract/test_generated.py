"""Generated pages are what the code says; the states page tells the rules of inspection right."""

from __future__ import annotations

from pathlib import Path

from deploy.generate import wanted
from deploy.states import states_page

ROOT = Path(__file__).resolve().parents[2]


def test_no_generated_file_has_drifted() -> None:
    drifted = [
        path
        for path, text in wanted().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]

    assert drifted == [], "run `make schemas` and commit the result"


def test_a_complaint_rests_the_exemption_and_leaves_the_reduction() -> None:
    rows = {
        tuple(c.strip() for c in line.split("|")[1:3]): [c.strip() for c in line.split("|")[3:8]]
        for line in states_page().splitlines()
        if line.startswith(("| enterprise,", "| site,"))
    }

    for kind in ("enterprise", "site"):
        titled = f"{kind}, recognised, city title"
        assert rows[titled, "none"][:2] == ["yes", "yes"]
        assert rows[titled, "complaint open"][:3] == ["rests", "yes", "yes"]
        assert set(rows[titled, "suspended"]) == {"rests"}
        assert rows[f"{kind}, recognised", "none"][:2] == ["no", "yes"]
        assert set(rows[f"{kind}, registered or creating", "none"]) == {"no"}
