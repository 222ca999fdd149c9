"""Tests that bring a world of their own: what they kill and load is nobody else's."""
