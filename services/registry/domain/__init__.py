"""The rules of the register: entries, codes, standing, plans, honours. No I/O, no clock."""
