"""The HTTP face: the same findings as the command line, as JSON under /v1 and as a page at /."""

from api.app import create_app

__all__ = ["create_app"]
