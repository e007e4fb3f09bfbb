"""`python -m proctor`: the commands."""

from proctor.cli.commands import main

main()
