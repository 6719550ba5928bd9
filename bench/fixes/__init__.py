"""Fixes put to the test: planted troubles whose lift is known, beside what mention-based practice says of them."""
