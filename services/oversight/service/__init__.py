"""Entrypoints: the nameko service, the ingress and the judge."""
