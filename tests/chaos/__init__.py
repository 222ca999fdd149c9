"""Kill everything at random under load, then account for every event with an independent oracle.

`python -m tests.chaos --events N --kills K [--seed S]`. The load (`mix`, `publisher`, `office`), the
faults (`killer`) and the oracle (`oracle`) share no code with the services: what is signed, verified
and counted here is read from ledgers, receipts and plain SQL.
"""
