"""Who acts in the five sample regions: officers and seats of each node, planners, unit users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.contracts.message import Actor
from shared.contracts.scalars import suite_of
from shared.runtime.organisations import all_nodes as nodes
from shared.runtime.organisations import bodies_of

PASSWORD = "hexie-sample-2026"  # noqa: S105  printed on the terminal for the sample regions only
CITY = "330200"
_SINCE = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Region:
    """One region of the sample: its node, its pack and the offices that have accounts.

    `offices`: the short name that begins the logins, and the node; the region's own comes first.
    """

    name: str
    pack: str
    since: date
    offices: dict[str, str]

    @property
    def short(self) -> str:
        """How the region's own logins begin."""
        return next(iter(self.offices))

    @property
    def node(self) -> str:
        """The node whose pack it is."""
        return next(iter(self.offices.values()))


NINGBO = Region(
    "宁波市", "ningbo-2023", date(2025, 1, 6), {"nb": CITY, "hs": "330203", "yz": "330212"}
)
NINGBO_HX = Region(
    "宁波市和创办（2019）",
    "ningbo-2019",
    date(2019, 4, 2),
    {"hx": "330200.hx", "hshx": "330203.hx", "gzhx": "330200.hx.gz", "bshx": "330206401.hx"},
)
WEIHAI = Region(
    "威海市",
    "weihai-2023",
    date(2023, 5, 12),
    {"wh": "371000", "hc": "371002", "gq": "371071", "nh": "371003801"},
)
HEDONG = Region("天津市河东区", "hedong-2023", date(2023, 8, 1), {"hd": "120102"})
HUNAN = Region(
    "湖南省",
    "hunan-2023",
    date(2023, 3, 1),
    {"hn": "430000", "cs": "430100", "yl": "430104", "xt": "430300", "jk": "430373"},
)
REGIONS = (NINGBO, NINGBO_HX, WEIHAI, HEDONG, HUNAN)


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the sample region."""

    login: str
    actor: Actor


def clerk(node: str) -> Actor:
    """经办 of a node's office."""
    return _officer(node, "经办", ("clerk",))


def reviewer(node: str) -> Actor:
    """审核 of a node's office: the second person."""
    return _officer(node, "审核", ("reviewer",))


def decider(node: str) -> Actor:
    """审定 of a node's office: a reviewer other than the one of the step before."""
    return Actor(
        id=f"sample_{node}_decider", name=reviewer(node).name.replace("审核", "审定"), node=node,
        roles=("reviewer",), side="government",
    )  # fmt: skip


def planner(node: str) -> Actor:
    """监察计划员 of a node."""
    return _officer(node, "监察计划员", ("planner",))


def seats(node: str) -> list[Actor]:
    """One person for each body with a seat at the node, delegated ones included."""
    return [
        Actor(
            id=f"sample_{node}_seat{number}",
            name=f"{body.name}代表",
            node=node,
            roles=("seat",),
            side=body.side.value,
            body=body.name,
        )
        for number, body in enumerate(bodies_of(node, _SINCE), start=1)
    ]


def unit_user(unit_id: str, name: str, division: str) -> Actor:
    """The unit's own person."""
    return Actor(
        id=f"sample_{unit_id}", name=f"{name}专员", node=division, roles=("unit",), unit_id=unit_id
    )


def activator(node: str = CITY) -> Actor:
    """Who puts a region's pack to work: its system administrator, by name and with a reason."""
    return _administrator(node, "sys", "系统管理员", "admin")


def accounts() -> list[Person]:
    """Officers, seats and administrators of every region's offices."""
    return [person for region in REGIONS for person in accounts_of(region)]


def accounts_of(region: Region) -> list[Person]:
    """Officers and seats of a region's offices, and its three administrators.

    审定 and 监察计划员 sit at the region's own office, in Ningbo at its districts' too. Ningbo's
    administrators are plainly `sys`, `sec` and `aud`.
    """
    people: list[Person] = []
    for short, node in region.offices.items():
        people += [Person(f"{short}-jb", clerk(node)), Person(f"{short}-sh", reviewer(node))]
        if region is NINGBO or node == region.node:
            people += [Person(f"{short}-sd", decider(node)), Person(f"{short}-jc", planner(node))]
        people += [Person(f"{short}-xw{i}", s) for i, s in enumerate(seats(node), start=1)]
    for login, name, role in (
        ("sys", "系统管理员", "admin"),
        ("sec", "安全管理员", "security"),
        ("aud", "审计员", "auditor"),
    ):
        own = login if region.node == CITY else f"{region.short}-{login}"
        people.append(Person(own, _administrator(region.node, login, name, role)))
    return people


def _administrator(node: str, login: str, name: str, role: str) -> Actor:
    if node == CITY:
        return Actor(id=f"sample_{login}", name=name, node=node, roles=(role,))
    named = f"{nodes()[node].short_name}{name}"
    return Actor(id=f"sample_{node}_{login}", name=named, node=node, roles=(role,))


def _officer(node: str, post: str, roles: tuple[str, ...]) -> Actor:
    office = "和创办" if suite_of(node) else ""
    return Actor(
        id=f"sample_{node}_{roles[0]}", name=f"{nodes()[node].short_name}{office}{post}",
        node=node, roles=roles, side="government",
    )  # fmt: skip
