"""The command line is tested against PostgreSQL too."""

from tests.records.conftest import postgres_url

__all__ = ["postgres_url"]
