"""The registry's tables and every query on them; scoped to the actor's node in SQL."""
