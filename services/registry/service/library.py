"""Honours of earlier years and of other bodies; the library and the three-level register."""

from __future__ import annotations


class Library:
    """Honours of earlier years and of other bodies; the library and the three-level register."""
