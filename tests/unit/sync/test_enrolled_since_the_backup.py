"""A terminal that was enrolled since the backup loses nothing by the restore: an operator's code, and every act that
people were told is accepted is processed once. Until then it serves nobody and the centre shows an alarm."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from offline_store.chain import timestamp
from offline_store.keys import KeyFiles
from sync.client.outcomes import Stopped, problem_of
from sync.former_keys import FORMER_KEYS, FormerKeys, former_keys_that_signed
from sync.gateway.processing import adopt
from sync.gateway.refusals import problem
from sync.protocol.encoding import decompress
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import ChainUpload, FormerKey, RecordQuery, parse
from sync.protocol.signatures import fingerprint, sign
from sync.protocol.terminal_certificate import TerminalCertificate, lifetime, sign_statement
from sync.terminal_keys import load_signer
from sync.trust import read_trust
from tests.unit.sync.real_disk import Backup, RealDisk


class Disk(RealDisk):
    """Enrolled, with a journal."""

    def __init__(self, hall, folder):
        super().__init__(hall, folder)
        self.uploads = []

    def line(self):
        line = super().line()

        class Noted(type(line)):
            def __call__(_, request):
                return self.between(request)

            def end(_):
                """Nobody waits."""

        return Noted(self.hall)

    def between(self, request):
        if request.route == "/v1/chain" and request.method == "POST":
            self.uploads.append(parse(ChainUpload, decompress(request.body, 1 << 26)))
        return self.hall.ask(request)

    def begin(self):
        self.make()
        with self.journal():
            pass
        return self

    def enrol_again(self):
        """What an operator does with a new code; why a new epoch began, if one did."""
        self.enrol(again=True)
        out = self.out_of_service
        because = {"replace_because": out} if out == "epoch-not-opened" else {}
        with self.journal(**because):
            return getattr(self.opened, "reason", None)

    def breaks(self):
        """The journal cannot go on."""
        with self.journal(replace_because="test"):
            pass

    def sync(self):
        """One pass of the jobs about the journal; the words of what stopped."""
        with self.worker() as worker:
            runs = [worker.job(name, "operator") for name in ("upload", "salvage", "head", "results")]
        return {run.job: run.outcome.code for run in runs if isinstance(run.outcome, Stopped)}

    def passes(self, count=4):
        """Until all has settled; the words of what stopped in the last."""
        for _ in range(count):
            stopped = self.sync()
            self.hall.process()
        return stopped

    @property
    def signer(self):
        return load_signer(self.keys, read_trust(self.folder).terminal_key_fingerprint)

    def forget_former_keys(self):
        """As after an enrolment of an earlier release."""
        (self.folder / "trust" / FORMER_KEYS).unlink()


def rows(hall, sql):
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as db:
        return db.execute(sql).fetchall()


def processed(hall):
    """The items of all acts, each as often as it was processed."""
    acts = "SELECT content FROM act UNION ALL SELECT act FROM fork_entry WHERE state = 'accepted' AND act IS NOT NULL"
    return sorted(RecordQuery.model_validate_json(row[0]).item for row in rows(hall, acts))


def alarms(hall):
    return {row[0] for row in rows(hall, "SELECT code FROM alarm")}


@pytest.fixture
def empty_backup(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    return Backup(hall, tmp_path / "backup.db")


@pytest.fixture
def disk(hall, empty_backup, tmp_path):
    """Enrolled since the backup: two acts are processed, one waits."""
    disk = Disk(hall, tmp_path / "disk").begin()
    disk.accept("A1", "A2")
    assert disk.passes(2) == {}
    disk.accept("A3")
    return disk


def test_a_terminal_enrolled_since_the_backup_is_enrolled_again_and_every_act_is_processed_once(
    hall, disk, empty_backup
):
    empty_backup.restore()
    assert set(disk.sync().values()) == {"signature-unknown-key"}
    assert disk.out_of_service == "signature-unknown-key"
    assert disk.enrol_again() is None, "the centre has nothing of this epoch: it goes on"
    disk.accept("A4")
    assert disk.passes() == {}
    assert disk.out_of_service is None
    assert processed(hall) == ["A1", "A2", "A3", "A4"]
    assert alarms(hall) == set()
    assert rows(hall, "SELECT count(*) FROM chain WHERE seq = 1") == [(1,)]


def test_one_that_was_enrolled_again_since_the_backup_is_made_good_too(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    disk = Disk(hall, tmp_path / "disk").begin()
    disk.accept("A1")
    assert disk.passes(2) == {}
    backup = Backup(hall, tmp_path / "backup.db")
    assert disk.enrol_again() == "enrolled-again"
    disk.accept("B1", "B2")
    assert disk.passes(2) == {}
    backup.restore()
    disk.accept("B3")
    disk.sync()
    assert disk.enrol_again() is None
    assert disk.passes() == {}
    assert processed(hall) == ["A1", "B1", "B2", "B3"]
    assert alarms(hall) == set()


def test_journals_that_broke_since_the_backup_come_home_under_the_forgotten_key_each_thing_once(
    hall, disk, empty_backup
):
    disk.breaks()
    disk.accept("B1")
    assert disk.passes() == {}
    disk.breaks()
    disk.accept("C1")
    empty_backup.restore()
    disk.sync()
    assert disk.enrol_again() is None
    assert disk.passes() == {}
    assert processed(hall) == ["A1", "A2", "A3", "B1", "C1"]
    assert alarms(hall) == set()


def test_a_second_restore_to_before_the_second_enrolment_is_made_good_as_the_first(hall, disk, empty_backup):
    for item in ("A4", "A5"):
        empty_backup.restore()
        disk.sync()
        disk.enrol_again()
        disk.accept(item)
        assert disk.passes() == {}
    assert processed(hall) == ["A1", "A2", "A3", "A4", "A5"]
    assert alarms(hall) == set()


def test_a_power_cut_between_the_new_key_and_the_journal_loses_nothing(hall, disk, empty_backup):
    empty_backup.restore()
    disk.sync()
    disk.enrol(again=True)
    assert disk.passes() == {}
    assert processed(hall) == ["A1", "A2", "A3"]


def test_an_enrolment_over_a_broken_trust_proves_the_former_key_too(hall, disk, empty_backup):
    empty_backup.restore()
    (disk.folder / "trust" / "centre.json").write_bytes(b"torn")
    disk.enrol_again()
    assert disk.passes() == {}
    assert processed(hall) == ["A1", "A2", "A3"]


@pytest.fixture
def unproved(hall, disk, empty_backup):
    """What the terminal could prove its former key with is gone."""
    empty_backup.restore()
    disk.enrol_again()
    disk.forget_former_keys()
    return disk


def test_a_terminal_whose_opening_nothing_proves_serves_nobody_and_the_centre_shows_an_alarm(hall, unproved):
    for _ in range(2):
        assert unproved.sync()["upload"] == "epoch-not-opened"
        assert unproved.out_of_service == "epoch-not-opened", "an answer to its key puts it into no service"
    assert processed(hall) == []
    assert len(rows(hall, "SELECT 1 FROM alarm WHERE code = 'epoch-not-opened'")) == 1


def test_a_journal_that_is_not_taken_goes_before_a_word_about_the_key(hall, disk, empty_backup):
    empty_backup.restore()
    disk.sync()
    assert disk.out_of_service == "signature-unknown-key"
    disk.enrol(again=True)
    disk.forget_former_keys()
    disk.sync()
    assert disk.out_of_service == "epoch-not-opened"


def test_enrolled_once_more_what_nothing_proves_is_kept_for_the_centre_to_adopt_and_is_processed_once(hall, unproved):
    unproved.sync()
    assert unproved.enrol_again() == "epoch-not-opened"
    assert unproved.out_of_service is None
    unproved.accept("B1")
    assert unproved.passes() == {}
    assert processed(hall) == ["B1"]
    assert alarms(hall) == {"epoch-not-opened", "act-on-forked-branch"}
    for _ in range(2):
        with hall.store.transaction():
            adopt(hall.store, "T0001", hall.authority.centre, hall.clock.now())
        unproved.passes()
    assert processed(hall) == ["A1", "A2", "A3", "B1"]


def test_what_is_proved_later_puts_the_terminal_back_in_service(hall, disk, empty_backup):
    empty_backup.restore()
    disk.enrol(again=True)
    proof = disk.folder / "trust" / FORMER_KEYS
    kept = proof.read_bytes()
    disk.forget_former_keys()
    disk.sync()
    assert disk.out_of_service == "epoch-not-opened"
    proof.write_bytes(kept)
    assert disk.passes() == {}
    assert disk.out_of_service is None
    assert processed(hall) == ["A1", "A2", "A3"]


def test_former_keys_go_along_with_what_they_signed_and_with_nothing_else(hall, disk, empty_backup):
    assert [upload.former_keys for upload in disk.uploads] == [None] * len(disk.uploads)
    empty_backup.restore()
    former = disk.signer.public_key
    disk.enrol_again()
    disk.uploads.clear()
    disk.passes()
    disk.accept("A4")
    disk.passes()
    brought = [(upload.entries[0].seq, upload.former_keys) for upload in disk.uploads]
    assert [[key.public_key for key in keys] for seq, keys in brought if seq == 1] == [[former]]
    assert {keys for seq, keys in brought if seq != 1} == {None}


def test_a_gateway_of_an_earlier_release_that_reads_no_former_keys_gets_the_upload_without(hall, disk):
    disk.breaks()
    disk.enrol(again=True)

    def earlier(request):
        if request.route == "/v1/chain" and request.method == "POST":
            upload = parse(ChainUpload, decompress(request.body, 1 << 26))
            if upload.former_keys is not None:
                return problem(400, "malformed", "Not a message of this path: ? (extra_forbidden)")
        return hall.ask(request)

    disk.between = earlier
    assert disk.passes() == {}
    assert processed(hall) == ["A1", "A2", "A3"]


# --- what counts for a proof ---


def opening(disk):
    """The first entry of the journal, as an upload sends it."""
    return next(upload.entries[0] for upload in disk.uploads if upload.entries[0].seq == 1)


def certificate(hall, authority, key, terminal="T0001"):
    begin, end = lifetime(hall.clock.now())
    statement = TerminalCertificate(
        suite=authority.suite, terminal=terminal, key_fingerprint=fingerprint(key), key_suite=authority.suite,
        serial="0" * 32, not_before=timestamp(begin), not_after=timestamp(end),
    )  # fmt: skip
    return sign_statement(statement, authority.signing)


def another_authority(hall):
    from sync.gateway.authority import make_demo_authority

    return make_demo_authority(hall.clock.now(), hall.authority.suite)


FORGERIES = {
    "another authority's": lambda hall, key, good: FormerKey(
        public_key=key, certificate=certificate(hall, another_authority(hall), key)
    ),
    "another terminal's": lambda hall, key, good: FormerKey(
        public_key=key, certificate=certificate(hall, hall.authority, key, "T0002")
    ),
    "another key's": lambda hall, key, good: FormerKey(
        public_key=key, certificate=certificate(hall, hall.authority, hall.authority.public_key)
    ),
    "no certificate": lambda hall, key, good: FormerKey(public_key=key, certificate=bytes(64)),
    "of another key that is proved": lambda hall, key, good: FormerKey(
        public_key=hall.authority.public_key,
        certificate=certificate(hall, hall.authority, hall.authority.public_key),
    ),
}


def bring(hall, disk, *brought):
    """The opening once more, in a request of the present key."""
    body = ChainUpload(entries=(opening(disk),), former_keys=brought).to_wire()
    at = int(hall.clock.now().timestamp())
    request = Request("POST", "/v1/chain", {"content-type": JSON}, body)
    answer = hall.ask(sign(request, disk.signer, terminal="T0001", now=at, nonce=bytes(12) + at.to_bytes(4)))
    return answer.status if answer.status == 200 else problem_of(answer).code


@pytest.mark.parametrize("how", FORGERIES)
def test_no_certificate_but_this_authoritys_for_this_number_and_key_proves_an_opening(hall, disk, empty_backup, how):
    key = disk.signer.public_key
    good = read_trust(disk.folder).terminal_certificate
    empty_backup.restore()
    disk.enrol(again=True)
    assert bring(hall, disk, FORGERIES[how](hall, key, good)) == "epoch-not-opened"
    hall.clock.forward(seconds=1)
    assert bring(hall, disk, FormerKey(public_key=key, certificate=good)) == 200


REVOKED = (
    "INSERT INTO terminal_certificate (terminal, fingerprint, serial, not_before, not_after, revoked_at, reason)"
    " VALUES ('T0001', ?, 's', 'x', 'y', 'z', 'stolen')"
)


def test_a_former_key_that_was_taken_back_proves_nothing_and_its_holder_is_refused(hall, disk, empty_backup, tmp_path):
    thief, good = disk.signer, read_trust(disk.folder).terminal_certificate
    empty_backup.restore()
    disk.enrol(again=True)
    with hall.store.transaction():
        # as in a store that knows of the revocation and of no more
        hall.store.run(REVOKED, (fingerprint(thief.public_key),))
    assert bring(hall, disk, FormerKey(public_key=thief.public_key, certificate=good)) == "epoch-not-opened"


def test_whoever_holds_the_forgotten_key_alone_is_a_stranger(hall, disk, empty_backup):
    thief, good = disk.signer, read_trust(disk.folder).terminal_certificate
    first = opening(disk)
    empty_backup.restore()
    disk.enrol(again=True)
    body = ChainUpload(entries=(first,), former_keys=(FormerKey(public_key=thief.public_key, certificate=good),))
    at = int(hall.clock.now().timestamp())
    request = Request("POST", "/v1/chain", {"content-type": JSON}, body.to_wire())
    answer = hall.ask(sign(request, thief, terminal="T0001", now=at, nonce=bytes(16)))
    assert problem_of(answer).code == "signature-unknown-key"


def test_a_key_that_is_gone_is_no_hindrance_to_a_new_one(hall, disk):
    (disk.folder / "keys" / ("terminal" if hall.authority.suite == "intl" else "terminal-sm")).unlink()
    disk.enrol(again=True)
    assert not (disk.folder / "trust" / FORMER_KEYS).exists()
    assert isinstance(disk.keys, KeyFiles)
    assert disk.passes(1) == {}


def test_a_record_that_cannot_be_read_was_signed_by_no_former_key(hall, disk):
    disk.enrol(again=True)
    kept = FormerKeys.model_validate_json((disk.folder / "trust" / FORMER_KEYS).read_bytes())
    assert len(kept.keys) == 1
    with disk.journal() as journal:
        entries = list(journal.entries())
    trust = read_trust(disk.folder)
    assert former_keys_that_signed(disk.folder, trust, entries[1:]) == ()


def test_a_restore_followed_by_a_new_epoch_brings_what_was_lost_and_what_waits_without_a_hole(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    disk = Disk(hall, tmp_path / "disk").begin()
    disk.accept("A1")
    assert disk.passes(2) == {}
    backup = Backup(hall, tmp_path / "backup.db")
    disk.accept("A2", "A3")
    assert disk.passes(2) == {}
    backup.restore()
    disk.accept("A4")
    assert disk.enrol_again() == "enrolled-again"
    disk.accept("B1")
    assert disk.passes() == {}
    assert processed(hall) == ["A1", "A2", "A3", "A4", "B1"]
    assert alarms(hall) == set()
