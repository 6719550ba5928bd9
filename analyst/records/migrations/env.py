"""Alembic's entry: it runs on the connection that the store hands in, inside the store's transaction."""

from alembic import context

from analyst.records.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
