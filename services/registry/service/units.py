"""Relations, marks, merging, moving and reopening of units; likely doubles."""

from __future__ import annotations


class UnitLife:
    """Relations, marks, merging, moving and reopening of units; likely doubles."""
