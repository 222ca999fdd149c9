"""Organisation nodes, their bodies, posts and persons."""

from __future__ import annotations


class People:
    """Organisation nodes, their bodies, posts and persons."""
