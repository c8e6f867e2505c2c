"""`kiosk …`: what a technician, a script and a service file type. One module per group of commands.

Exit codes: 0 done; 1 asked, and the answer is no; 2 usage; 3 could not find out. `--json` gives one document on
standard output, people get sentences, and every refusal says what to do next. Nothing personal without `--reveal`.
"""

from __future__ import annotations


def main() -> None:
    """Entry point of the console script; imports the command tree only when it is run."""
    import os

    # libraries that ask for the local zone get the hall's, also on a machine that was told none
    os.environ.setdefault("TZ", "Asia/Shanghai")
    from kiosk.cli.tree import app

    app()
