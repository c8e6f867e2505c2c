"""Every sentence a person reads: id -> zh (master), en (translation), from the TOML files beside this module.

Each file is a table of ids (`[home.title]` with `zh` and `en`). `{name}` is filled from the text's facts. A missing id
or a missing fact is a bug of ours and raises; a test walks all ids and all uses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from kiosk.text import Text

_PLACE = re.compile(r"\{([a-z_0-9]+)\}")


def _entries(prefix: str, table: Mapping[str, object]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    sentences = {name: value for name, value in table.items() if isinstance(value, str)}
    if sentences:
        if set(sentences) != {"zh", "en"}:
            raise ValueError(f"text {prefix}: zh and en are expected, got {', '.join(sorted(sentences))}")
        found[prefix] = sentences
    for name, value in table.items():
        if isinstance(value, Mapping):
            found.update(_entries(f"{prefix}.{name}" if prefix else name, value))
    return found


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All texts: id -> {"zh": …, "en": …}. An id in two files is refused."""
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for id, sentences in _entries("", tomllib.loads(file.read_text("utf-8"))).items():
            if id in texts:
                raise ValueError(f"text {id} stands in two files, one of them {file.name}: keep one")
            texts[id] = sentences
    return texts


def places(sentence: str) -> frozenset[str]:
    """Names of the `{places}` in a sentence."""
    return frozenset(_PLACE.findall(sentence))


def render(text: Text, language: str) -> str:
    """The sentence in one language (`zh` or `en`); KeyError for an unknown id or a fact that is not given."""
    facts = {name: value if isinstance(value, str) else render(value, language) for name, value in text.facts}
    if text.id == "verbatim":
        return facts["value"]
    if text.id == "bilingual":
        return facts[language]
    return _PLACE.sub(lambda place: facts[place.group(1)], catalogue()[text.id][language])
