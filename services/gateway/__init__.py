"""The gateway: REST for programs, the staff portal, the public pages.

Owns       accounts, sessions, API keys, kept files; nothing of the programme itself.
Asks       the four services, through `clients`, which is the only caller of services.
Hears      nothing. Says nothing.
Rooms      service → pages | api → auth, importer, forms → clients, store.
"""
