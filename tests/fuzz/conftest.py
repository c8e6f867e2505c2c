"""The fuzz tests' own modules are a folder, not fixtures: tests import it as `fuzzing`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
