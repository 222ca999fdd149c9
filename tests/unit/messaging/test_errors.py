"""What is an outage, what is a race, what is a defect; how long to wait; what a field is told."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.contracts.message import Command
from shared.contracts.refusals import Refused
from shared.messaging.outages import Away, is_away, is_contention
from shared.messaging.parking import TRIES, back_off, reason_of
from shared.messaging.wording import rows_of


class _Said(Exception):  # noqa: N818  stands for psycopg2's
    def __init__(self, pgcode: str | None) -> None:
        super().__init__(pgcode)
        self.pgcode = pgcode


def _error(kind: type, code: str | None) -> Exception:
    made: Exception = kind("SELECT 1", {}, _Said(code))
    return made


@pytest.mark.parametrize("code", [None, "08006", "53300", "53100", "57P01", "57P03"])
def test_a_database_that_cannot_answer_is_away(code: str | None) -> None:
    assert is_away(_error(OperationalError, code))


@pytest.mark.parametrize("code", ["57014", "22001", "42P01", "40001"])
def test_an_answer_is_not_an_outage(code: str) -> None:
    assert not is_away(_error(OperationalError, code))


def test_pools_and_held_batches_are_away_and_defects_are_not() -> None:
    assert is_away(PoolTimeout("full"))
    assert is_away(Away("held"))
    assert not is_away(_error(DataError, "22P02"))
    assert not is_away(RuntimeError("bug"))


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_races_are_tried_again(code: str) -> None:
    assert is_contention(_error(OperationalError, code))
    assert is_contention(_error(IntegrityError, "23505"))
    assert not is_contention(RuntimeError("bug"))


@given(st.integers(min_value=1, max_value=TRIES))
def test_waiting_doubles_with_a_bounded_jitter(attempts: int) -> None:
    plain = 0.5 * 2 ** (attempts - 1)

    assert plain <= back_off(attempts) <= plain * 1.25


def test_a_reason_is_one_line_a_person_can_act_on() -> None:
    refused = Refused("not_known", "单位不在册。", clause="NB23:一")

    assert reason_of(refused) == "not_known: 单位不在册。（NB23:一）"
    assert reason_of(ValueError("x" * 900)) == ("ValueError: " + "x" * 900)[:500]


class _Form(Command):
    """A command with one field of each kind."""

    name: ClassVar[str] = "registry.form"

    title: str = Field(min_length=2)
    share: Decimal = Field(ge=0, le=100)
    rows: tuple[int, ...] = Field(min_length=1)


def test_each_wrong_field_is_told_in_chinese_with_its_pointer() -> None:
    with pytest.raises(ValidationError) as caught:
        _Form.model_validate({"title": "x", "share": "101", "rows": [1, "b"], "a/b": 1})

    assert rows_of(caught.value) == [
        {"pointer": "/title", "says": "太短，至少 2 个字"},
        {"pointer": "/share", "says": "不能大于 100"},
        {"pointer": "/rows/1", "says": "应为整数"},
        {"pointer": "/a~1b", "says": "不认识的字段"},
    ]
