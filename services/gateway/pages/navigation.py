"""The left navigation: at most nine entries, by role."""

from __future__ import annotations

from dataclasses import dataclass

from services.gateway.auth.accounts import ROLES
from services.gateway.auth.guard import Asker

_OFFICE = ("clerk", "reviewer", "seat")
_ALL = (*_OFFICE, "planner", "liaison", "auditor", "system")


@dataclass(frozen=True)
class Entry:
    """One entry; `below` are the path prefixes at which it is the current one."""

    label: str
    href: str
    roles: tuple[str, ...]
    below: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """An entry as one page shows it."""

    label: str
    href: str
    current: bool


ENTRIES = (
    Entry("工作台", "/", ("any",), ()),
    Entry("本单位", "/my-unit", ("unit",), ("/my-unit", "/units/")),
    Entry("单位", "/units", _ALL, ("/units", "/imports", "/duplicates")),
    Entry(
        "创建与评价",
        "/applications",
        (*_OFFICE, "unit", "auditor", "system"),
        ("/applications", "/rounds", "/nominations", "/assessments", "/objections"),
    ),
    Entry(
        "工作台账",
        "/records",
        (*_OFFICE, "unit", "expert", "coordinator", "auditor", "system"),
        ("/records", "/gaps"),
    ),
    Entry("称号与铭牌", "/titles", _ALL, ("/titles", "/library", "/honours")),
    Entry("激励", "/incentives", (*_OFFICE, "planner", "unit", "system"), ("/incentives",)),
    Entry("检查计划核对", "/planner", ("planner", "clerk", "reviewer", "system"), ("/planner",)),
    Entry(
        "监督与退出",
        "/cases",
        (*_OFFICE, "unit", "auditor", "system"),
        ("/cases", "/reviews", "/campaigns"),
    ),
    Entry(
        "数据对接",
        "/agencies",
        ("liaison", "admin", "security", "auditor", "clerk", "reviewer"),
        ("/agencies", "/triggers", "/inbox"),
    ),
    Entry(
        "统计报告",
        "/statistics",
        (*_OFFICE, "auditor", "system"),
        ("/statistics", "/ledgers", "/bulletins"),
    ),
    Entry(
        "规则与日历",
        "/calendar",
        ("clerk", "reviewer", "seat", "admin", "auditor", "system"),
        (
            "/calendar",
            "/tasks",
            "/plans",
            "/reports",
            "/workdays",
            "/packs",
            "/organisations",
            "/divisions",
        ),
    ),
    Entry(
        "组织机构",
        "/organisations",
        ("planner", "liaison"),
        ("/organisations", "/divisions"),
    ),
)


def navigation(asker: Asker, path: str, ready: frozenset[str]) -> list[Shown]:
    """What this person sees on the left; entries whose page is not there are left out."""
    return [
        Shown(
            label=e.label,
            href=e.href,
            current=path == e.href or any(path.startswith(b) for b in e.below),
        )
        for e in ENTRIES
        if asker.may(e.roles) and e.href in ready
    ]


def role_text(asker: Asker) -> str:
    """The person's roles in words."""
    return "、".join(ROLES.get(r, r) for r in asker.actor.roles)
