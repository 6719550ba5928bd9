"""The store's schema, revision by revision (Alembic); run when the store is opened."""

HEAD = "0003"  # the newest revision; a store at it needs no Alembic to open
