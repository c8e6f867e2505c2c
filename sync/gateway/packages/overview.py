"""`packages status`: what is in force, until when, and what waits for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tuf.api.metadata import Metadata, Root, Targets, Timestamp

from sync.gateway.packages.online_keys import OnlineKeyFiles
from sync.gateway.packages.proposing import persons_of, standing
from sync.gateway.packages.publishing import signatures
from sync.gateway.packages.store import PackageStore
from sync.protocol.rule_packages import holder_of, packages_in, sha256_of


def overview(store: PackageStore, keys: OnlineKeyFiles, now: datetime) -> dict[str, Any]:
    """As JSON says it. `expired`: the roles whose time is over; timestamp counts when the gateway cannot sign anew."""
    stand = standing(store)
    stamped = store.latest("timestamp")
    parts: dict[str, Metadata[Root] | Metadata[Targets] | Metadata[Timestamp] | None] = {
        "root": stand.root,
        "targets": stand.targets,
        "timestamp": None if stamped is None else Metadata[Timestamp].from_bytes(stamped),
    }
    online = stand.root is None or keys.of(stand.root.signed) is not None
    expired = [
        role
        for role, part in parts.items()
        if part is not None and part.signed.is_expired(now) and not (role == "timestamp" and online)
    ]
    return {
        "persons": [] if stand.root is None else [holder_of(key) for key in persons_of(stand.root.signed)],
        "in_force": {
            role: {"version": part.signed.version, "expires": f"{part.signed.expires:%Y-%m-%dT%H:%M:%SZ}"}
            for role, part in parts.items()
            if part is not None
        },
        "packages": [] if stand.targets is None else _listed(stand.targets),
        "waiting": [
            {
                "role": one.role,
                "version": one.version,
                "signed": list(one.signed),
                "unsigned": list(one.unsigned),
                "complete": one.complete,
            }
            for one in signatures(stand)
        ],
        "online_keys": online,
        "expired": expired,
    }


def overview_text(found: dict[str, Any]) -> str:
    """The same for a person."""
    lines = []
    if not found["persons"] and not found["waiting"]:
        return "No packages yet: kiosk-gateway packages init names the persons who sign."
    if found["persons"]:
        lines.append(f"Persons who sign (two needed): {', '.join(found['persons'])}")
    for role, part in found["in_force"].items():
        if role != "timestamp":
            lines.append(f"In force: {role} {part['version']}, until {part['expires'][:10]}")
    lines += [
        f"  {one['path']}  version {one['version']}  from {one['valid_from']}  place {one['place']}"
        for one in found["packages"]
    ]
    for one in found["waiting"]:
        signed, unsigned = ", ".join(one["signed"]) or "nobody", ", ".join(one["unsigned"]) or "nobody"
        then = "complete: kiosk-gateway packages publish" if one["complete"] else f"still to sign: {unsigned}"
        lines.append(f"Waiting: {one['role']} {one['version']}, signed by {signed}; {then}")
    if not found["online_keys"]:
        lines.append("The gateway's own keys are not in keys/packages: kiosk-gateway packages root --new-online-keys")
    if found["expired"]:
        lines.append(f"EXPIRED: {', '.join(found['expired'])}. packages propose renews a list, packages root a root.")
    return "\n".join(lines)


def _listed(targets: Metadata[Targets]) -> list[dict[str, Any]]:
    return [
        {
            "path": path,
            **facts.model_dump(mode="json", exclude_none=True),
            "bytes": target.length,
            "sha256": sha256_of(target),
        }
        for path, (facts, target) in packages_in(targets.signed).items()
    ]
