"""Words and marks a page shows for stored values; times in Asia/Shanghai."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.gateway.pages.vocabulary import (
    EVENT_FIELDS,
    EVENT_VALUES,
    INDUSTRIES,
    ORIGINS,
    OUTCOMES,
    SHORT,
    STANCES,
    WORDS,
    Word,
)
from shared.contracts.agencies import TRIGGER_NAMES
from shared.policy.naming import source_short
from shared.policy.pack import Pack
from shared.runtime.organisations import all_nodes, line_of
from shared.runtime.packs import all_packs

SHANGHAI = ZoneInfo("Asia/Shanghai")


@functools.lru_cache(maxsize=1)
def _law() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Citations by clause and words by fact, of every pack on file."""
    citations: dict[str, str] = {}
    facts: dict[str, str] = {}
    for pack in all_packs().values():
        citations |= {c.id: c.citation for c in pack.clauses.values()}
        facts |= {f.name: f.says for f in pack.facts.values()}
    return citations, facts


@functools.lru_cache(maxsize=1)
def _documents() -> Mapping[str, str]:
    """How a document is called in running text, by the sign its clauses begin with."""
    return {
        source.id: source_short(source)
        for pack in all_packs().values()
        for source in pack.sources.values()
    }


@functools.lru_cache(maxsize=1)
def _standards() -> Mapping[str, str]:
    return {s.id: s.name for pack in all_packs().values() for s in pack.standards.values()}


def is_draft(pack_id: str) -> bool:
    """Whether the document of a pack is still a draft for comment."""
    pack = all_packs().get(pack_id)
    return pack is not None and pack.status == "draft"


def standard_text(standard_id: str) -> str:
    """A creation standard by its name."""
    return _standards().get(standard_id, standard_id)


def word(value: object, family: str) -> Word:
    """The word for a stored value; the value itself when nobody has written one."""
    text = str(value)
    return WORDS.get(family, {}).get(text, Word(text))


def word_here(value: object, family: str, pack: Pack | None) -> Word:
    """The word for a stored value where this pack rules: a recognised unit is called by its law."""
    if family != "standing" or str(value) != "recognised" or pack is None:
        return word(value, family)
    fact = pack.facts.get("unit.recognised")
    if fact is None:  # recognised under the other programme of the same place
        return Word("已按其他办法认定", "ok")
    own = word(value, family)
    return own if own.text in fact.says else Word("达到创建标准", "ok")


def options(family: str) -> list[tuple[str, str]]:
    """Value and word of a family, for a drop-down."""
    return [(value, w.text) for value, w in WORDS[family].items()]


def clause_text(clause: str) -> str:
    """ "NB23:二(五)" as a person reads it: short title and place."""
    source, sep, place = clause.partition(":")
    if not sep:
        return clause
    citation = _law()[0].get(clause) or place.replace("(", "（").replace(")", "）")
    title = SHORT.get(source) or _documents().get(source, source)
    if "非文件规定" in title:
        citation = citation.removeprefix("非文件规定")  # said once is enough
    return f"{title}{citation}"


def fact_text(name: str) -> str:
    """A fact in an officer's words; its name when no pack has words for it."""
    return _law()[1].get(name) or EVENT_FIELDS.get(name.removeprefix("event."), name)


def value_text(value: object) -> str:
    """A fact's value: yes and no in Chinese, unknown said as such."""
    if value is None:
        return "未知"
    if isinstance(value, bool):
        return "是" if value else "否"
    text = str(value)
    told = TRIGGER_NAMES.get(text) or EVENT_VALUES.get(text)
    if told:
        return told
    return next(
        (w[text].text for f, w in WORDS.items() if f in ("kind", "level") and text in w), text
    )


def outcome_text(value: str) -> str:
    """A step's outcome in words; nothing for outcomes the step's own text already says."""
    return OUTCOMES.get(value, "")


def event_field(name: str) -> str:
    """A field of an agency's event in words."""
    return EVENT_FIELDS.get(name, name)


def event_value(value: object) -> str:
    """A value of an agency's event in words."""
    return EVENT_VALUES.get(str(value)) or value_text(value)


_CODES = {
    code: w.text for family in ("kind", "level") for code, w in WORDS[family].items()
} | EVENT_VALUES
_YES_AS_IT_SHOULD_BE = re.compile("为(是|否)，应为\\1")
_NOT_AS_IT_SHOULD_BE = re.compile("为(是|否|未知)，应为(是|否)")
_QUOTES = str.maketrans("「」", "“”")  # those of the documents (GB/T 15834)
_NUMBER = re.compile(r"\bA-\d+[a-z]?(?:[、，]A-\d+[a-z]?)*\s*")
_BARE = re.compile(rf"(?<![A-Za-z0-9_.-])({'|'.join(sorted(_CODES))})(?![A-Za-z0-9_.-])")


def plain(text: str) -> str:
    """A sentence of the rules with the stored values in it said in words."""
    said = _BARE.sub(lambda found: _CODES[found.group(1)], str(text))
    said = re.sub("。+(?=[。，；：])", "", said)
    said = _YES_AS_IT_SHOULD_BE.sub(r"：\1", said)
    return _NOT_AS_IT_SHOULD_BE.sub(r"：\1（须为“\2”）", said).translate(_QUOTES)


def reading_text(text: str) -> str:
    """How a doubtful sentence was read, without the number it has in our own list of doubts."""
    return _NUMBER.sub("", str(text)).translate(_QUOTES)


def industry_text(code: str) -> str:
    """An industry's code with the name of its section; what is no code stays as it is."""
    section = INDUSTRIES.get(code[:1]) if re.fullmatch(r"[A-T]\d{0,4}", code) else None
    return f"{code} {section}" if section else code


def origin_text(value: str) -> str:
    """Where a fact comes from, without the ids behind it."""
    source = re.split(r"[.:#]", str(value), maxsplit=1)[0]
    return ORIGINS.get(
        source, "办理人" if source.startswith(("account_", "user_", "sample_")) else source
    )


def stance_text(value: str) -> str:
    """A body's stance in words."""
    return STANCES.get(value, value)


@functools.lru_cache(maxsize=1)
def _nodes() -> Mapping[str, str]:
    return {code: node.name for code, node in all_nodes().items()}


def place(node: str) -> str:
    """The office of a node, or the one that answers for a division; "" where there is none."""
    line = line_of(node) if node and node not in _nodes() else (node,)
    return _nodes().get(line[0], "") if line else ""


def area(division: str) -> str:
    """A division by its name; its code when it is not on record."""
    return short_node(place(division)) or division


def short_node(name: str) -> str:
    """An office by its area alone, for lists."""
    area_ = name.removesuffix("协调劳动关系三方会议办公室")
    return area_.removesuffix("和谐企业创建工作领导小组办公室")


def day(value: object) -> str:
    """A day, from a date, an instant or their ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value or "")
    return day(datetime.fromisoformat(text)) if "T" in text else text


def minute(value: object) -> str:
    """An instant to the minute, as the clock on the wall shows it."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if value else ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return str(value or "")
