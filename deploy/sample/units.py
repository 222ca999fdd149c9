"""Fictional but lifelike units: any number, always the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

DISTRICTS: dict[str, tuple[str, float]] = {  # code -> name in unit names, share of units
    "330203": ("海曙", 0.12),
    "330205": ("江北", 0.08),
    "330206": ("北仑", 0.12),
    "330211": ("镇海", 0.08),
    "330212": ("鄞州", 0.20),
    "330213": ("奉化", 0.06),
    "330225": ("象山", 0.06),
    "330226": ("宁海", 0.07),
    "330281": ("余姚", 0.10),
    "330282": ("慈溪", 0.11),
}

_FIRST = "澄霁砚榉屿岑汀鹭翎栎筱蘅昕骁睿霖洵璟曦朔漪峤菘葭樾枫"
_SECOND = "野岚舟禾川埭汐陌原屹棠桁渚洄屏砺槿堰湄峪汇峙溆浔"
_THIRD = "兴成达和源泰丰盛远泽通安瑞利恒合明信诚佳"

_TRADES: tuple[tuple[str, str, str, float], ...] = (  # industry, words, form, share
    ("C34", "机械", "制造", 0.14),
    ("C33", "金属制品", "制造", 0.10),
    ("C29", "塑料制品", "制造", 0.09),
    ("C38", "电器", "制造", 0.10),
    ("C36", "汽车零部件", "制造", 0.08),
    ("C18", "服饰", "制造", 0.07),
    ("C24", "文具", "制造", 0.04),
    ("F51", "贸易", "商贸", 0.10),
    ("G58", "国际货运", "物流", 0.06),
    ("I65", "软件", "科技", 0.07),
    ("H62", "餐饮管理", "服务", 0.04),
    ("L72", "人力资源", "服务", 0.03),
    ("E47", "建设", "工程", 0.05),
    ("O82", "物业服务", "服务", 0.03),
)


@dataclass(frozen=True, slots=True)
class SampleUnit:
    """One fictional unit as a row of the import file holds it."""

    kind: str
    name: str
    code: str
    division: str
    industry: str
    headcount: int
    revenue: int
    address: str
    contractor: str = ""
    leader_code: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def credit_code(division: str, number: int) -> str:
    """A valid code (GB 32100-2015) of the sample range MA9…; both check signs are right."""
    digits = []
    for _ in range(5):
        number, rest = divmod(number, 31)
        digits.append(ALPHABET[rest])
    organisation = "MA9" + "".join(reversed(digits))
    total = sum(
        (int(c) if c.isdigit() else ord(c) - 55) * w
        for c, w in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    inner = {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
    body = f"91{division}{organisation}{inner}"
    worth = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[-worth % 31]


def units(count: int, *, seed: int = 2026, today: date = date(2026, 1, 5)) -> Iterator[SampleUnit]:
    """`count` units: about nine enterprises to one construction site, contractors first."""
    chance = random.Random(seed)  # noqa: S311  sample data, not a secret
    contractors: list[SampleUnit] = []
    base = ALPHABET.index("T") * 31**4 + 31**3  # MA9T…, a block of its own
    for number in range(count):
        division = chance.choices(list(DISTRICTS), [s for _, s in DISTRICTS.values()])[0]
        if contractors and number % 10 == 9:
            yield _site(chance, number, division, chance.choice(contractors), today)
            continue
        made = _enterprise(chance, number, division, credit_code(division, base + number))
        if made.industry == "E47":
            contractors.append(made)
        yield made


def firms(city: str, places: Mapping[str, str], count: int, *, block: int) -> Iterator[SampleUnit]:
    """Enterprises of a smaller region, evenly over its places; `block` keeps their codes apart."""
    chance = random.Random(f"{city}{block}")  # noqa: S311  sample data, not a secret
    base = ALPHABET.index("W") * 31**4 + (block + 1) * 31**2
    for number in range(count):
        division = list(places)[number % len(places)]
        code = credit_code(division[:6], base + number)
        yield _enterprise(chance, number, division, code, city=city, place=places[division])


def _enterprise(
    chance: random.Random,
    number: int,
    division: str,
    code: str,
    *,
    city: str = "宁波",
    place: str = "",
) -> SampleUnit:
    place = place or DISTRICTS[division][0]
    industry, word, form, _ = chance.choices(_TRADES, [t[3] for t in _TRADES])[0]
    shop = chance.choice(_FIRST) + chance.choice(_SECOND) + chance.choice(_THIRD)
    headcount = max(3, int(chance.lognormvariate(4.0, 1.1)))
    revenue = int(headcount * chance.uniform(40, 160))
    tail = "" if form == "制造" or word.endswith(form) else form
    return SampleUnit(
        kind="enterprise",
        name=f"{city}{place}{shop}{word}{tail}有限公司",
        code=code,
        division=division,
        industry=industry,
        headcount=headcount,
        revenue=revenue,
        address=f"{city}{place}样例路{1 + number % 980}号",
    )


def _site(
    chance: random.Random, number: int, division: str, leader: SampleUnit, today: date
) -> SampleUnit:
    place = DISTRICTS[division][0]
    work = chance.choice(
        ("安置房", "标准厂房", "学校迁建", "人才公寓", "医院扩建", "研发中心", "地下管廊")
    )
    shop = chance.choice(_FIRST) + chance.choice(_SECOND)
    starts = today - timedelta(days=chance.randrange(60, 700))
    return SampleUnit(
        kind="site",
        name=f"{place}{shop}{work}{chance.choice(('一期', '二期', '项目', '工程'))}",
        code=f"{division}-{starts:%y}{starts:%m}-SG{number:06d}",
        division=division,
        industry="E47",
        headcount=int(chance.uniform(30, 600)),
        revenue=0,
        address=f"宁波市{place}区样例工地{1 + number % 400}号",
        contractor=leader.name,
        leader_code=leader.code,
        starts_on=starts,
        ends_on=today + timedelta(days=chance.randrange(400, 1200)),
    )
