"""Tests of the kind: browser."""
