"""Judging by hand: what to show, the judgements that come back, and what they say about themes and fixes."""
