"""The town with the Ningbo pack at work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.messaging.tx import Tx
from tests.integration.incentives.town import Town, activation


@pytest.fixture
def bare_town(tx_for: Callable[..., Tx]) -> Town:
    """No pack at work yet."""
    return Town(tx_for)


@pytest.fixture
def town(bare_town: Town) -> Town:
    """The Ningbo pack at work."""
    bare_town.says(activation())
    return bare_town
