"""How good is it: measures, and suites of data whose truth is known and which the analysis never saw."""
