"""Hearing, saying and answering, written once: inbox, outbox, relay, retry, parking, ingress."""
