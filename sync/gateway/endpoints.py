"""Every path that answers a terminal's signed request. Each room brings its own."""

from __future__ import annotations

from typing import Final

from sync.gateway import fetching, receiving
from sync.gateway.endpoint import Endpoint

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *receiving.ENDPOINTS,
    *fetching.ENDPOINTS,
)
