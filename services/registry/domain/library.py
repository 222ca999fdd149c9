"""Which honours a library takes in, who may enter them, and when a round comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from shared.policy.pack import Pack, Title
from shared.policy.words import LEVELS

LIST = "library_levels"


def library_levels(pack: Pack) -> dict[str, str]:
    """Levels of honours the pack's library takes in, in words; all of its titles' without a list."""
    if LIST in pack.lists:
        return {item.id: item.says for item in pack.lists[LIST].items}
    held = {title.level for title in pack.titles.values()}
    return {level: _WORDS[level] for level in reversed(LEVELS) if level in held}


_WORDS = {
    "township": "乡镇级",
    "system": "系统级",
    "district": "区县级",
    "city": "市级",
    "province": "省级",
    "nation": "国家级",
}


def honours(pack: Pack) -> dict[str, Title]:
    """Titles that are honours: neither a base status nor a list of candidates nor a project."""
    return {key: t for key, t in pack.titles.items() if t.rank in ("title", "external")}


def faults_of_title(
    pack: Pack, title: Title, kind: str, node_level: str, on: date
) -> Iterator[tuple[str, str]]:
    """Why an office of this level may not enter this title for a unit of this kind."""
    if title.id not in honours(pack):
        yield "title_kind", f"“{title.name}”不是荣誉称号，不在示范库登记"
    if title.kinds and kind not in title.kinds:
        yield "unit_id", f"“{title.name}”不授予这类单位"
    is_below = LEVELS.index(node_level) < LEVELS.index(title.level)
    if title.rank != "external" and is_below:
        yield "title_kind", f"“{title.name}”由上级命名，请上级机关登记"
    if title.counted_by and pack.setting(title.counted_by, on).value is not True:
        says = pack.settings[title.counted_by].says
        yield "title_kind", f"“{title.name}”须先有明确决定才能登记：设置“{says}”现为否"


def lower_steps(pack: Pack, title: Title) -> tuple[str, ...]:
    """Titles of the same ladder below this one, which its holder leaves."""
    place = LEVELS.index(title.level)
    return tuple(
        t.id
        for t in pack.titles.values()
        if title.ladder and t.ladder == title.ladder and LEVELS.index(t.level) < place
    )


def last_day_before(granted_on: date, higher_on: date) -> date:
    """The last day of a step that is left for a higher one: never before it began."""
    return max(granted_on, higher_on - timedelta(days=1))


def next_year(last: int | None, every: int, entered: int | None) -> int | None:
    """The year of the next round: as entered while it lies ahead, else worked out (A-46)."""
    if entered is not None and (last is None or entered > last):
        return entered
    return last + every if last is not None else None
