"""Agencies, exit, entitlements and their use: stories over one batch of units."""
