"""The store of records and of people's decisions: SQLite by default, PostgreSQL by URL."""

from analyst.records.store.store import FixState, PastImport, Store, ThemeEdit, Written, open_store

__all__ = ["FixState", "PastImport", "Store", "ThemeEdit", "Written", "open_store"]
