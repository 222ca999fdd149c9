"""Evaluation on a real PostgreSQL."""
