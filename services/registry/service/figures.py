"""Counts, shares, coverage and ledgers: now and as of a day."""

from __future__ import annotations


class Figures:
    """Counts, shares, coverage and ledgers: now and as of a day."""
