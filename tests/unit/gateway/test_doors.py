"""The table of REST operations: every command has its door, every door names who may pass."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

from services.gateway.api.document import PUBLIC_TABLES, TABLES
from services.gateway.api.door import Door, wanted_revision
from services.gateway.auth.accounts import ROLES
from shared.contracts import (
    evaluation,
    evaluation_round,
    incentives,
    oversight,
    oversight_checks,
    oversight_feed,
    registry,
    registry_acts,
)
from shared.contracts.message import Command
from shared.contracts.refusals import Refused

MODULES: tuple[ModuleType, ...] = (
    registry,
    registry_acts,
    evaluation,
    evaluation_round,
    incentives,
    oversight,
    oversight_checks,
    oversight_feed,
)
ELSEWHERE = {
    "oversight.store_trigger",  # POST /triggers takes raw bytes
    "registry.get_decision",  # GET /decisions/{id}, by the id's own prefix
    "evaluation.decision",
    "incentives.decision",
    "oversight.get_decision",
    "registry.list_activations",  # GET /packs, beside the packs on file
    "registry.verify_plaque",  # public
    "registry.public_register",
}
DOORS = [d for table, _ in TABLES for d in table]
PUBLIC = [d for table, _ in PUBLIC_TABLES for d in table]


def commands() -> set[str]:
    found = set()
    for module in MODULES:
        for _, thing in inspect.getmembers(module, inspect.isclass):
            if issubclass(thing, Command) and thing is not Command:
                found.add(thing.name)
    return found


def test_every_command_can_be_sent_over_rest() -> None:
    reachable = {d.command.name for d in DOORS + PUBLIC} | ELSEWHERE

    assert commands() - reachable == set()


@pytest.mark.parametrize("door", DOORS, ids=lambda d: f"{d.method} {d.path}")
def test_every_door_names_known_roles(door: Door) -> None:
    assert door.roles
    assert set(door.roles) <= {*ROLES, "any", "agency"}


@pytest.mark.parametrize("door", PUBLIC, ids=lambda d: f"{d.method} {d.path}")
def test_public_doors_only_read(door: Door) -> None:
    assert door.roles == ()
    assert door.method == "GET"


def test_no_two_doors_share_a_place() -> None:
    places = [(d.method, d.path) for d in DOORS]

    assert len(places) == len(set(places))


@pytest.mark.parametrize("door", DOORS + PUBLIC, ids=lambda d: f"{d.method} {d.path}")
def test_path_parameters_and_fixed_fields_are_fields_of_the_command(door: Door) -> None:
    fields = set(door.command.model_fields)

    assert set(door.in_path) <= fields
    assert set(door.fixed) <= fields


@pytest.mark.parametrize("given", ['"7"', 'W/"7"', '"7.1f2e3d4c5b6a"', "7"])
def test_if_match_names_a_revision(given: str) -> None:
    assert wanted_revision(given) == 7


@pytest.mark.parametrize(("given", "status"), [("", 428), ("*", 412), ('"abc"', 412)])
def test_an_if_match_that_names_none_is_refused(given: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        wanted_revision(given)

    assert caught.value.status == status
