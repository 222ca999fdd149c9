"""Which divisions an organisation node answers for, as SQL LIKE; closed when there is no node."""

from __future__ import annotations

from shared.contracts.scalars import prefix_of


def divisions_of(node: str) -> str:
    """A LIKE pattern for `known_unit.division`; matches nothing for an empty node."""
    prefix = prefix_of(node)
    return f"{prefix}%" if prefix.isdigit() or node == "000000" else "no division"
