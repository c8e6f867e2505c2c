"""Every path that answers a terminal's signed request. Each room brings its own."""

from __future__ import annotations

from typing import Final

from sync.gateway import asking, beating, fetching, receiving, terminal_certificates
from sync.gateway.endpoint import Endpoint
from sync.gateway.packages import serving as packages

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *receiving.ENDPOINTS,
    *fetching.ENDPOINTS,
    *asking.ENDPOINTS,
    *beating.ENDPOINTS,
    *terminal_certificates.ENDPOINTS,
    *packages.ENDPOINTS,
)
