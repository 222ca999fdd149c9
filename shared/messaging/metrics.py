"""What each process counts; `shared.messaging.health` serves them."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("hexie_handled_total", "Events applied, by consumer", ["consumer"])
DUPLICATES = Counter("hexie_duplicates_total", "Events heard before and skipped", ["consumer"])
RETRIED = Counter("hexie_retried_total", "Events set aside for another try", ["consumer"])
PARKED = Counter("hexie_parked_total", "Events parked for a person", ["consumer"])
ANSWERED = Counter("hexie_answered_total", "Commands answered", ["command", "outcome"])
ANSWER_SECONDS = Histogram("hexie_answer_seconds", "Time to answer a command", ["command"])
RELAYED = Counter("hexie_relayed_total", "Outbox rows confirmed by the broker", ["service"])
UNRELAYED = Counter("hexie_relay_failures_total", "Outbox rows put back", ["service"])
INGESTED = Counter("hexie_ingested_total", "Agency messages stored", ["vhost"])
PROGRESS = Gauge("hexie_last_progress_seconds", "Unix time of the last loop turn", ["part"])
