"""Which of two entries of one unit may be given up: the one that nothing rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.registry.domain.standing import TEXT, Standing
from shared.contracts.refusals import Refused
from shared.contracts.scalars import kind_text

_RANK = (Standing.REGISTERED, Standing.CREATING, Standing.RECOGNISED)


@dataclass(frozen=True, slots=True)
class Bonds:
    """What rests on an entry and cannot follow it to another: decisions are about this very one."""

    title: bool = False
    hold: bool = False
    exit_case: bool = False
    under_way: tuple[str, ...] = ()
    cultivation: bool = False

    def says(self) -> tuple[str, ...]:
        """Each of them in an officer's words."""
        named = {
            "称号（含已取消的）": self.title,
            "未解除的暂停事由": self.hold,
            "在办的退出案件": self.exit_case,
            "培育档案": self.cultivation,
        }
        return (*(word for word, held in named.items() if held), *self.under_way)


def check_pair(gone: Mapping[Any, Any], kept: Mapping[Any, Any]) -> None:
    """Refuse two that cannot be one unit's entries."""
    if gone["unit_id"] == kept["unit_id"]:
        says = "要保留的单位与要并入的单位是同一条登记：请另选一个"
        raise Refused("same_unit", says, status=422)
    if gone["kind"] != kept["kind"]:
        says = (
            f"“{gone['name_text']}”是{kind_text(gone['kind'])}，“{kept['name_text']}”是"
            f"{kind_text(kept['kind'])}：不同类型的单位不能合并"
        )
        raise Refused("kinds_differ", says, status=422)
    for unit in (gone, kept):
        if unit["standing"] == Standing.CLOSED:
            says = f"“{unit['name_text']}”已注销：不能合并已注销的登记"
            raise Refused("unit_closed", says)


def check_bonds(
    gone: Mapping[Any, Any], kept: Mapping[Any, Any], *, of_gone: Bonds, of_kept: Bonds
) -> None:
    """Refuse to give up an entry that something rests on, and say which one may be.

    Nothing of it could follow: a title, a hold or a case names the unit it was decided about.
    """
    lost = [*of_gone.says(), *_behind(gone, kept)]
    if not lost:
        return
    kept_too = [*of_kept.says(), *_behind(kept, gone)]
    told = "、".join(lost)
    if not kept_too:
        says = (
            f"“{gone['name_text']}”名下有{told}，不能并入他处：请改为保留它，"
            f"把“{kept['name_text']}”并入"
        )
        raise Refused("bound_unit", says)
    says = (
        f"两条登记名下各有在办事项或荣誉，不能合并：“{gone['name_text']}”有{told}；"
        f"“{kept['name_text']}”有{'、'.join(kept_too)}。请先在各自名下办结，再合并"
    )
    raise Refused("bound_both", says)


def _behind(gone: Mapping[Any, Any], kept: Mapping[Any, Any]) -> Sequence[str]:
    """A standing that the entry to be kept does not have."""
    standing = Standing(gone["standing"])
    if _RANK.index(standing) > _RANK.index(Standing(kept["standing"])):
        return (f"“{TEXT[standing]}”的状态",)
    return ()
