"""The record book: records, gaps and work items."""

from __future__ import annotations


class Records:
    """The record book: records, gaps and work items."""
