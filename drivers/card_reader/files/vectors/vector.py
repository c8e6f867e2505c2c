"""What a worked example of a file says."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FileVector:
    """A file and its values.

    records  the file's records in order, in hex; one record of a cyclic file; all bytes of a transparent one
    values   name to value of what they say; of DIR one mapping a record; of a transparent file its bytes
    """

    records: tuple[str, ...]
    values: Any
