"""The gateway on a real database and broker."""
