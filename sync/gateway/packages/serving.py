"""What terminals fetch of packages: metadata by role and version, contents by hash."""

from __future__ import annotations

import re
from typing import Final, cast

from sync.gateway.endpoint import Asked, Endpoint
from sync.gateway.packages.publishing import refreshed
from sync.gateway.packages.store import Role
from sync.gateway.refusals import problem
from sync.protocol.exchange import JSON, Response
from sync.protocol.rule_packages import CONTENT_PATH, CONTENT_TYPE, METADATA_PATH

_VERSIONED: Final = re.compile(r"(root|snapshot|targets)-([1-9][0-9]{0,15})")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def _metadata(asked: Asked) -> Response:
    word = asked.request.route.removeprefix(METADATA_PATH)
    if word == "timestamp":
        keys = asked.centre.package_keys
        store = asked.store.packages
        newest = store.latest("timestamp") if keys is None else refreshed(store, keys, asked.now)
        if newest is None:
            return problem(404, "no-packages", "The centre has published no packages yet.")
        return Response(200, {"content-type": JSON}, newest)
    parts = _VERSIONED.fullmatch(word)
    found = None if parts is None else asked.store.packages.metadata(cast(Role, parts[1]), int(parts[2]))
    if found is None:
        return problem(404, "no-such-metadata", "The centre has no metadata of this role and version.")
    return Response(200, {"content-type": JSON}, found)


def _content(asked: Asked) -> Response:
    digest = asked.request.route.removeprefix(CONTENT_PATH)
    found = asked.store.packages.content(digest) if _SHA256.fullmatch(digest) else None
    if found is None:
        return problem(404, "no-such-package", "The centre has no package of this hash.")
    return Response(200, {"content-type": CONTENT_TYPE}, found)


ENDPOINTS: Final = (
    Endpoint(
        METADATA_PATH + "{which}",
        "GET",
        "Metadata of packages: timestamp, root-N, snapshot-N, targets-N",
        _metadata,
        None,
        JSON,
        part="word",
    ),
    Endpoint(CONTENT_PATH + "{sha256}", "GET", "Content of one package", _content, None, CONTENT_TYPE, part="word"),
)
