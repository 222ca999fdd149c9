"""Reading and judging a pack on file in a test: its words, and what a gate says of some facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from shared.contracts.refusals import Refused
from shared.policy.assess import Determination, assess, gate, refuse_unless_met
from shared.policy.conditions import Fact
from shared.policy.pack import Pack
from shared.policy.programme import Duty

DAY = date(2024, 6, 3)


def plain(text: str) -> str:
    """A text without spaces and line breaks, its brackets all full-width."""
    return re.sub(r"\s", "", text).replace("(", "（").replace(")", "）")


def words(pack: Pack, clause: str) -> str:
    """The wording of a clause, plain."""
    return plain(pack.clause(clause).wording)


def items(pack: Pack, name: str) -> list[str]:
    """What a list of the pack enumerates."""
    return [item.says for item in pack.lists[name].items]


def duty_of(pack: Pack, duty_id: str) -> Duty:
    """A duty by its id."""
    return next(duty for duty in pack.duties if duty.id == duty_id)


def facts_of(values: Mapping[str, Any]) -> list[Fact]:
    """Facts by name; `a__b` stands for `a.b`."""
    return [Fact(name.replace("__", "."), value) for name, value in values.items()]


def judged(pack: Pack, name: str, values: Mapping[str, Any], kind: str = "") -> Determination:
    """What a gate says of these facts."""
    return assess(gate(pack, name, kind), facts_of(values), DAY)


def refusal(found: Determination, reason: str = "") -> tuple[str, int]:
    """The code and status with which this is refused."""
    with pytest.raises(Refused) as caught:
        refuse_unless_met(found, reason)
    return caught.value.code, caught.value.status
