"""Changes of package generations under the recorder: ``packages.py FOLDER ACKNOWLEDGED``.

Each generation has one content of its own and one that stays. ``kept N`` is said when the store has answered.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from sync.packages import Generation, PackageFolder

GENERATIONS = 3
STAYS = b"what stays " * 200


def generation(number: int) -> Generation:
    """Octets that tell which generation they are of."""
    own = f"content {number} ".encode() * 300
    octets = [f"{role} {number} ".encode() * 60 for role in ("timestamp", "snapshot", "targets")]
    contents = {hashlib.sha256(one).hexdigest(): one for one in (own, STAYS)}
    return Generation(tuple(f"root {n}".encode() for n in range(number)), *octets, contents)


def main(folder: Path, acknowledged: Path) -> None:
    folder.mkdir(exist_ok=True)
    said = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in range(1, GENERATIONS + 1):
        packages = PackageFolder(folder)
        packages.keep(generation(number), packages.held())
        os.write(said, b"kept %d\n" % number)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
