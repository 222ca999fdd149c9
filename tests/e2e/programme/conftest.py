"""One running system in which all five regions work, each by its own pack."""

from __future__ import annotations

import pytest

from tests.support.regions import Regions
from tests.support.system import System


@pytest.fixture(scope="session")
def regions(system: System) -> Regions:
    """All five packs at work: `regions.enter("371002")`, `regions.ask(command, actor, day)`."""
    made = Regions(system)
    made.begin()
    return made
