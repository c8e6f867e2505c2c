"""A child answers in lines of JSON on standard output; what libraries print goes to standard error instead."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any


def answers() -> Callable[[Any], None]:
    """Take standard output; the function answers on it. File descriptor 1 is standard error from now on."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(value: Any) -> None:
        own.write(json.dumps(value) + "\n")
        own.flush()

    return answer
