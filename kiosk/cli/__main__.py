"""`python -m kiosk.cli`: the same as the console script `kiosk`."""

from kiosk.cli import main

main()
