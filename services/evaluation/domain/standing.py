"""Who may see and do what: the scope of an actor, and the rights of an act."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.message import Actor
from shared.contracts.refusals import Refused
from shared.contracts.scalars import level_of, prefix_of, suite_of

READERS = frozenset({"clerk", "reviewer", "seat", "planner", "auditor", "system"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Which units an actor may see: one unit, or every unit of an area. Empty scopes see nothing.

    `prefix` "" with `everything` True is the system's own; the store turns this into SQL.
    """

    prefix: str = ""
    unit_id: str = ""
    everything: bool = False


def scope_of(actor: Actor) -> Scope:
    """The actor's scope; Refused 403 for people without any business here. Fails closed."""
    if actor.has("unit") and actor.unit_id:
        return Scope(unit_id=actor.unit_id)
    if not READERS & set(actor.roles):
        raise Refused("not_allowed", "您的账号没有办理或查阅创建评价事项的权限", "", 403)
    if actor.has("system") and actor.node == "000000":
        return Scope(everything=True)
    if suite_of(actor.node):  # another programme's office: its cases are kept elsewhere
        return Scope()
    if len(actor.node) not in {6, 9, 12} or not actor.node.isdigit():
        raise Refused("not_allowed", "您的账号未登记所属机构，不能查阅辖区事项", "", 403)
    return Scope(prefix=prefix_of(actor.node))


def need_role(actor: Actor, *roles: str) -> None:
    """Refused 403 unless the actor holds one of the roles."""
    if not any(actor.has(role) for role in roles):
        raise Refused("not_allowed", f"此项须由{'或'.join(_name(r) for r in roles)}办理", "", 403)


def need_office(actor: Actor, office: str, *roles: str) -> None:
    """Refused 403 unless the actor sits at exactly this office with one of the roles."""
    need_role(actor, *roles)
    if actor.node != office:
        says = "此项由受理该单位的三方会议办公室办理，您所在机构不能代办"
        raise Refused("not_allowed", says, "", 403)


def need_level(actor: Actor, level: str, *roles: str) -> None:
    """Refused 403 unless the actor sits at an office of this level with one of the roles."""
    need_role(actor, *roles)
    if level_of(actor.node) != level:
        names = {"city": "市级", "district": "区（县、市）"}
        says = f"此项由{names.get(level, level)}三方会议办公室办理"
        raise Refused("not_allowed", says, "", 403)


def need_second_person(actor: Actor, first: str, what: str) -> None:
    """Refused 409 when the person who decides is the one who did the step before."""
    if first and actor.id == first:
        says = f"{what}与前一环节须由不同人员办理：前一环节由您经办，请由另一位审核人员决定"
        raise Refused("second_person_needed", says)


def _name(role: str) -> str:
    names = {
        "clerk": "经办人员",
        "reviewer": "审核人员",
        "seat": "三方席位代表",
        "unit": "单位用户",
        "system": "系统",
    }
    return names.get(role, role)
