"""The registry's use cases: one function, one transaction."""
