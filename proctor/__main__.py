"""`python -m proctor`: the commands."""

from proctor.cli import main

main()
