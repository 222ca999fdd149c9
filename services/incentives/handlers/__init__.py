"""Use cases of incentives: each one transaction, load, decide, save, say."""
