"""Programme years, duties as tasks, plans filed and reports handed in, working days."""

from __future__ import annotations


class Calendar:
    """Programme years, duties as tasks, plans filed and reports handed in, working days."""
