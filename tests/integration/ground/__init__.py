"""Private servers and `hexie run`: starting, refusing, stopping, starting again."""
