"""The ground: settings, database, logs, ids, migrations, packs in force. No broker here."""
