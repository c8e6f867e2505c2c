"""Packages of rules, items and texts at the gateway: proposed, carried to two persons for signing, published, served.

The gateway keeps and serves what two persons signed with keys that are never here, and signs itself only which list is
the newest (python-tuf; roles and lifetimes in `sync.protocol.rule_packages`). Signing is done elsewhere, on a bundle,
by the same program without a data directory.
Not in here: what stands in a package, and anything that could sign for a person.
"""
