"""What every room may lean on: errors, settings, the clock, windows, table schemas and the run folder."""
