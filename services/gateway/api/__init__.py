"""REST below /api/v1: one module per resource, each a table of doors. `door` explains a door."""
