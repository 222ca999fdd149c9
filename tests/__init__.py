"""The whole test suite: unit, contract, integration, e2e, browser."""
