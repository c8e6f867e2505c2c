"""The journal: what was promised, in one append-only hash chain, on disk before anybody acts on it.

To come (signatures are fixed):
  open_journal(directory, *, terminal, key, sign, seal, now, random, first_epoch=1, limits=...) -> Opened | NewEpoch
  salvage(moved_aside, *, key) -> Salvaged;  waiting_salvage(directory) -> tuple[Path, ...];  salvage_done(moved_aside)
  print header: {"job": id, "state": queued|sending|printed|failed|unknown, "session": id, ...}

What must not come in: network, devices, screens, and knowledge of what an act means.
"""
