"""Who is asking: passwords, sessions, keys, throttling; every route passes through `guard`."""
