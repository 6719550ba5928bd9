"""`python -m analyst` is the command line."""

from analyst.cli import main

main()
