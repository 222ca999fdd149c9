"""Law as data: packs, the rules in them, and what follows for a set of facts. No I/O but `load`."""
