"""`python -m deployments` is the same command as `ketenregie`."""

from deployments.cli import main

main()
