"""Worked examples of every file of the tree: bytes and what they say.

Written down from the sheet's types and lengths, apart from the codings they check. People and numbers are invented; the
holder is the printed sample of GB 11643. One test walks over all of them, in both directions. What must not come in:
anything that computes.
"""

from typing import Final

from drivers.card_reader.files.vectors import (
    common,
    employment,
    environment,
    insurance,
    medical_insurance,
    personnel,
)
from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    **environment.VECTORS,
    **common.VECTORS,
    **employment.VECTORS,
    **insurance.VECTORS,
    **medical_insurance.VECTORS,
    **personnel.VECTORS,
}
"""By the file's place (``File.place``)."""
