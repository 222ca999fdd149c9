"""Running Hexie: servers, processes, and the `hexie` command."""
