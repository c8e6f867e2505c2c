"""The snapshot: what the centre last told about the people of this area; replaceable, encrypted, dated.

To come (signatures are fixed):
  build_generation(root, key, manifest: Manifest, rows: Iterable[SnapshotRow]) -> Built   (CountsDiffer, StoreFull)
  remove_old_generations(root) -> tuple[int, ...]
  Snapshot(root, key).open_session(now: datetime) -> SnapshotSession   (NoSnapshot, LeaseExpired, StoreBroken)
  Snapshot.manifest() -> Manifest
  SnapshotSession (context manager, one read transaction on one generation): person(id_number), person_of_card(number),
  card(number), cards(id_number), enrolments(id_number), contributions(id_number, kind=None, first=None, last=None),
  benefits(id_number), cases(id_number), case(number); each gives Fact(value, origin, as_of), value may be None or ().

What must not come in: network, and anything that changes a generation while sessions read it.
"""
