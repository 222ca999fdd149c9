"""Who acts in the sample region: officers and seats of each node, planners, unit users."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.contracts.message import Actor
from shared.runtime.organisations import all_nodes as nodes
from shared.runtime.organisations import bodies_of

PASSWORD = "hexie-sample-2026"  # noqa: S105  printed on the terminal for the sample region only
CITY = "330200"
_SINCE = date(2026, 1, 1)


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


def activator() -> Actor:
    """Who puts the pack to work: the system administrator, by name and with a reason."""
    return Actor(id="sample_sys", name="系统管理员", node=CITY, roles=("admin",))


def accounts() -> list[Person]:
    """Accounts of the city and of two districts, and the three administrators."""
    people: list[Person] = []
    for short, node in (("nb", CITY), ("hs", "330203"), ("yz", "330212")):
        people += [
            Person(f"{short}-jb", clerk(node)),
            Person(f"{short}-sh", reviewer(node)),
            Person(f"{short}-sd", decider(node)),
            Person(f"{short}-jc", planner(node)),
        ]
        people += [Person(f"{short}-xw{i}", s) for i, s in enumerate(seats(node), start=1)]
    for login, name, role in (
        ("sys", "系统管理员", "admin"),
        ("sec", "安全管理员", "security"),
        ("aud", "审计员", "auditor"),
    ):
        actor = Actor(id=f"sample_{login}", name=name, node=CITY, roles=(role,))
        people.append(Person(login, actor))
    return people


def _officer(node: str, post: str, roles: tuple[str, ...]) -> Actor:
    place = nodes()[node].name.removesuffix("协调劳动关系三方会议办公室")
    return Actor(
        id=f"sample_{node}_{roles[0]}", name=f"{place}{post}", node=node, roles=roles,
        side="government",
    )  # fmt: skip
