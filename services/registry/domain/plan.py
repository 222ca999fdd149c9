"""The annual plan of a node: its sections, its states, and the bands of its planning sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BANDS: tuple[tuple[str, str, int | None], ...] = (
    ("0-19", "19 人及以下", 19),
    ("20-299", "20–299 人", 299),
    ("300-999", "300–999 人", 999),
    ("1000+", "1000 人及以上", None),
    ("unknown", "人数未填", None),
)

RISK_TEXT = {
    "held": "有未解除的暂停事由",
    "watched": "有待复核或投诉在办事由",
    "warned": "一年内有预警记录",
    "clear": "未见风险事由",
}

STATUS_TEXT = {
    "draft": "草稿",
    "issued": "已印发",
    "filed": "已报备，待收件",
    "received": "已收件",
}


def missing_sections(wanted: Sequence[str], sections: Mapping[str, str]) -> tuple[str, ...]:
    """The compulsory sections that are absent or empty, in the document's order."""
    return tuple(name for name in wanted if not sections.get(name, "").strip())


def band_of(headcount: int | None) -> str:
    """The head-count band of a unit; bands are ours, no document prints them."""
    if headcount is None:
        return "unknown"
    return next(
        key
        for key, _says, last in BANDS
        if key != "unknown" and (last is None or headcount <= last)
    )
