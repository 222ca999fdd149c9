"""What these stories share: agencies, and a batch of units named in the round of 2025."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.agencies import Agencies
from tests.support.batch import Batch, Wanted, make_batch
from tests.support.system import System


@pytest.fixture(scope="session")
def agencies(system: System) -> Iterator[Agencies]:
    """Agencies of the session, opened as they are asked for."""
    found = Agencies(system)
    yield found
    found.close()


@pytest.fixture(scope="session")
def batch(system: System, agencies: Agencies) -> Batch:
    """330203: units for tests that change them. 330281: units whose benefits stay as they are.

    One agency of 330203 listens from before the first of them is named.
    """
    agencies.get("granted-330203")
    wanted = (
        Wanted("titled", "330203", 22),
        Wanted("titled", "330203", 2, "site"),
        Wanted("titled", "330281", 4),
        Wanted("titled", "330281", 1, "site"),
        Wanted("recognised", "330203", 1),
        Wanted("recognised", "330203", 1, "site"),
        Wanted("creating", "330226", 40),
        Wanted("entered", "330281", 2),
    )
    return make_batch(system, 2025, 1, wanted)
