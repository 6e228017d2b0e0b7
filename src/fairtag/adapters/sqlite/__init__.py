"""How are the promises kept on SQLite? One writer, group commit, sealed rows."""
