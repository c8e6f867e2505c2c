"""The labels of the pages, for QML's `Words` singleton: one language's sentences that need no facts."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from kiosk.texts import catalogue, places

PREFIX = "page."


@cache
def labels(language: str) -> MappingProxyType[str, str]:
    """Id -> sentence of `language` ("zh" or "en"), for ids of pages without places."""
    return MappingProxyType(
        {
            id: sentences[language]
            for id, sentences in catalogue().items()
            if id.startswith(PREFIX) and not places(sentences[language])
        }
    )
