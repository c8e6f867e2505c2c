"""From a proposal to what is in force: nothing without two persons, nothing backwards, nothing terminals refuse."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from hashlib import sha256

import pytest
from tuf.api.metadata import Metadata, Timestamp

from offline_store.durable import make_folder
from sync.client.outcomes import Done, Stopped
from sync.gateway.packages.bundle import Bundle, BundleUnfit, export, read_bundle
from sync.gateway.packages.overview import overview
from sync.gateway.packages.package_file import PackageFileUnfit, facts_in
from sync.gateway.packages.personal_keys import KeyFileUnfit, new_key, open_key, read_public, whose
from sync.gateway.packages.proposing import ProposalRefused, standing
from sync.gateway.packages.publishing import NotYet, take_signatures
from sync.gateway.packages.showing import shown, versions
from sync.packages import PackagesUnusable, current_packages, lay_root, lay_root_once, package_status
from sync.protocol.rule_packages import packages_in


def test_what_two_persons_signed_is_read_with_its_facts(house, terminal, package):
    house.release(package(), package("words", kind="texts", version=7))
    assert terminal.sync() == Done(2)
    rules, words = current_packages(terminal.data, house.now)
    assert (rules.kind, rules.name, rules.version, rules.place, rules.valid_from, rules.state) == (
        "rules", "retirement", 1, "000000", "2025-01-01", "in-force",
    )  # fmt: skip
    assert rules.path.read_bytes() == package()
    assert words.version == 7
    # nothing new: nothing is written, and only the short metadata are asked for
    assert terminal.sync() == Done(0)
    assert terminal.asked == ["metadata/root-2", "metadata/timestamp"]


def test_a_terminal_that_was_never_told_whom_to_believe_asks_nothing(house, terminal, package):
    house.release(package())
    (terminal.data / "trust" / "package-root.json").unlink()
    assert terminal.sync() == Done(note="no-package-root")
    assert terminal.asked == []
    assert package_status(terminal.data).root_laid is False
    assert current_packages(terminal.data) == ()


def test_before_the_first_list_there_is_nothing_to_fetch_and_after_it_there_must_be(house, terminal, package):
    assert terminal.sync() == Done()
    house.release(package())
    assert terminal.sync() == Done(1)
    with house.store.transaction():
        house.store.run("DELETE FROM package_metadata WHERE role = 'timestamp'")
    assert terminal.sync() == Stopped("packages-gone")


# --- who signs ------------------------------------------------------------------------------------------------------


def test_one_signature_publishes_nothing(house, package):
    house.propose(package())
    with pytest.raises(NotYet, match="nobody signed"):
        house.publish()
    house.sign("zhao")
    with pytest.raises(NotYet, match="still to sign: li, wang"):
        house.publish()
    house.sign("zhao")
    with pytest.raises(NotYet):
        house.publish()
    house.sign("li")
    house.publish()
    assert house.targets.version == 1


def test_a_signature_over_another_proposal_is_not_taken(house, package):
    house.propose(package())
    signed = Bundle(standing(house.store.packages), ()).sign(house.person("li"), house.signer("li"))
    house.propose(package(body="months = 0"), replace=True)
    with pytest.raises(ProposalRefused, match="another targets 1"), house.store.transaction():
        take_signatures(house.store.packages, signed, house.now)
    house.release(package())
    house.propose(package(version=2))
    with pytest.raises(ProposalRefused, match="not what waits"), house.store.transaction():
        take_signatures(house.store.packages, signed, house.now)


def test_a_stranger_signs_nothing(house, package):
    house.propose(package())
    with pytest.raises(BundleUnfit, match="nothing here is for eve"):
        Bundle(standing(house.store.packages), ()).sign(house.person("eve"), house.signer("eve"))


def test_who_goes_signs_the_root_and_who_stays_signs_the_list_again(house, package):
    house.release(package())
    house.propose_root(add=["chen"], remove=["wang"])
    bundle = Bundle(standing(house.store.packages), ())
    assert versions(bundle, house.person("wang")) == (("root", 2),)
    assert versions(bundle, house.person("chen")) == (("root", 2), ("targets", 2))
    house.sign("wang", "li")
    with pytest.raises(NotYet, match="root 2 needs"):
        house.publish()
    house.sign("chen")
    house.publish()
    assert (house.root.version, house.targets.version) == (2, 2)


@pytest.mark.parametrize("names", [("li",), ("li", "li"), ()])
def test_fewer_than_two_different_persons_are_no_root(house, names):
    with pytest.raises(ProposalRefused):
        house.propose_root(remove=["wang", "zhao"], add=[name for name in names if name == "li"])


# --- nothing backwards ----------------------------------------------------------------------------------------------


def test_a_changed_package_needs_a_higher_version(house, package):
    house.release(package(version=3))
    for octets in (package(version=3, body="months = 1"), package(version=2)):
        with pytest.raises(ProposalRefused, match="needs a higher one"):
            house.propose(octets)
    house.release(package(version=4))
    assert house.targets.version == 2


def test_a_package_goes_and_a_list_is_renewed(house, terminal, package):
    house.release(package(), package("words", kind="texts"))
    house.release(remove=["texts/words"])
    assert terminal.sync() == Done(1)
    assert terminal.held == {"rules/retirement": 1}
    with pytest.raises(ProposalRefused, match="in no list"):
        house.propose(remove=["texts/words"])
    house.forward(days=300)
    house.release()
    house.forward(days=300)
    terminal.sync()
    assert terminal.status().state == "in-force"


def test_what_expired_while_it_waited_is_not_published(house, package):
    house.propose(package())
    house.sign("li", "wang")
    house.forward(days=366)
    with pytest.raises(ProposalRefused, match="expired while it waited"):
        house.publish()
    assert house.store.packages.latest("targets") is None


def test_nothing_is_published_whose_content_is_not_there(house, package):
    house.propose(package())
    house.sign("li", "wang")
    with house.store.transaction():
        house.store.run("DELETE FROM package_content")
    with pytest.raises(ProposalRefused, match="content is not here"):
        house.publish()


# --- the gateway's own signatures -----------------------------------------------------------------------------------


def test_the_gateway_signs_daily_and_long_before_it_must(house, terminal, package):
    house.release(package())

    def newest():
        return Metadata[Timestamp].from_bytes(house.store.packages.latest("timestamp")).signed

    first = newest()
    house.forward(hours=23)
    terminal.sync()
    assert newest() == first
    house.forward(hours=2)
    terminal.sync()
    second = newest()
    assert second.version > first.version
    assert second.snapshot_meta.version == first.snapshot_meta.version
    house.forward(days=7)
    assert terminal.sync() == Done(0)
    assert newest().snapshot_meta.version > first.snapshot_meta.version
    for _ in range(20):
        house.forward(days=13)
        assert terminal.sync() == Done(0)
    assert terminal.status().state == "in-force"
    assert house.store.one("SELECT count(*) FROM package_metadata WHERE role = 'snapshot'") == (5,)


def test_without_its_own_keys_a_gateway_serves_what_it_has_and_says_so(house, terminal, package):
    house.release(package())
    for path in (house.folder / "keys" / "packages").iterdir():
        path.unlink()
    house.forward(days=3)
    assert terminal.sync() == Done(1)
    found = overview(house.store.packages, house.keys, house.now)
    assert (found["online_keys"], found["expired"]) == (False, [])
    house.forward(days=5)
    assert overview(house.store.packages, house.keys, house.now)["expired"] == ["timestamp"]


def test_a_gateway_restored_from_a_backup_is_believed_again_with_its_next_signature(house, terminal, package):
    house.release(package())
    backup = sqlite3.connect(":memory:")
    with sqlite3.connect(house.folder / "gateway.db") as here:
        here.backup(backup)
    for _ in range(3):
        house.forward(days=2)
        assert isinstance(terminal.sync(), Done)
    with house.store.transaction():
        house.store.run("DELETE FROM package_metadata WHERE role IN ('timestamp', 'snapshot')")
        for row in backup.execute("SELECT * FROM package_metadata WHERE role IN ('timestamp', 'snapshot')"):
            house.store.run("INSERT INTO package_metadata VALUES (?, ?, ?, ?)", row)
    backup.close()
    house.forward(days=2)
    terminal.sync()
    house.forward(days=8)
    assert terminal.sync() == Done(0)
    assert terminal.status().state == "in-force"


# --- signing elsewhere ----------------------------------------------------------------------------------------------


def exported(house, folder):
    with house.store.transaction():
        export(house.store.packages, folder)
    return folder


def test_a_person_sees_names_versions_sizes_hashes_and_each_line_that_changes(house, tmp_path, package):
    house.release(package())
    house.propose(package(version=2, body="months = 13"), package("words", kind="texts"))
    bundle = read_bundle(exported(house, tmp_path / "b"), house.now)
    text = shown(bundle, house.person("zhao"))
    for wanted in (
        "version 2", "in force: 1, signed by li, wang", "rules/retirement", "-months = 12", "+months = 13",
        "texts/words", f"{len(package())} octets", "SHA-256",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert "本人 you" in shown(bundle, house.person("li"))


def test_nothing_that_is_shown_moves_the_cursor_or_turns_the_line(house, tmp_path, package):
    hidden = "a\u202eb\u2066c\u200bd\u0085e\u2028f"
    house.propose(package(body=f"# {hidden}\nmonths = 12"))
    text = shown(read_bundle(exported(house, tmp_path / "b"), house.now), house.person("li"))
    assert not set(text) & set("\u202e\u2066\u200b\u0085\u2028\x1b\r")
    assert "a\\u202eb\\u2066c\\u200bd\\x85e\\u2028f" in text


def test_a_folder_that_was_changed_on_its_way_is_not_signed(house, tmp_path, package, forged):
    house.release(package())
    house.propose(package(version=2))
    folder = exported(house, tmp_path / "b")
    assert read_bundle(folder, house.now).changes[0].word == "changed"
    (content,) = [path for path in (folder / "content").iterdir() if b"version = 2" in path.read_bytes()]
    good = content.read_bytes()
    content.write_bytes(good.replace(b"12", b"00"))
    with pytest.raises(BundleUnfit, match="is not the one that is listed"):
        read_bundle(folder, house.now)
    content.write_bytes(good)
    present = folder / "present-targets.json"
    octets = present.read_bytes()
    present.write_bytes(forged(octets, lambda document: document["signed"].update(version=5)))
    with pytest.raises(BundleUnfit):
        read_bundle(folder, house.now)
    present.write_bytes(octets)
    proposed = folder / "proposed-targets.json"

    def lie(document):
        document["signed"]["targets"]["rules/retirement"]["custom"]["version"] = 9

    proposed.write_bytes(forged(proposed.read_bytes(), lie))
    with pytest.raises(BundleUnfit, match="says other things of itself"):
        read_bundle(folder, house.now)
    for name in ("proposed-targets.json", "present-root.json"):
        (folder / name).write_bytes(b"{}")
        with pytest.raises(BundleUnfit):
            read_bundle(folder, house.now)


def one_is_enough(root):
    root["roles"]["root"]["threshold"] = 1


def somebody_else_makes_roots(root):
    root["roles"]["root"]["keyids"] = root["roles"]["timestamp"]["keyids"] + root["roles"]["snapshot"]["keyids"]


def the_gateway_is_a_person(root):
    root["roles"]["timestamp"]["keyids"] = root["roles"]["targets"]["keyids"][:1]


def one_key_has_two_names(root):
    first, second, _ = (root["keys"][keyid] for keyid in root["roles"]["targets"]["keyids"])
    second["keyval"] = first["keyval"]


def one_key_is_spelt_in_two_ways(root):
    one_key_has_two_names(root)
    _, second, _ = root["roles"]["targets"]["keyids"]
    root["keys"][second]["keyval"] = {"public": root["keys"][second]["keyval"]["public"].upper()}


def one_key_is_spelt_with_spaces(root):
    one_key_has_two_names(root)
    _, second, _ = root["roles"]["targets"]["keyids"]
    root["keys"][second]["keyval"] = {"public": " " + root["keys"][second]["keyval"]["public"]}


def a_key_stands_under_an_id_that_is_not_its_own(root):
    old = root["roles"]["targets"]["keyids"][1]
    root["keys"]["b" * 64] = root["keys"].pop(old)
    for role in ("root", "targets"):
        root["roles"][role]["keyids"] = [keyid.replace(old, "b" * 64) for keyid in root["roles"][role]["keyids"]]


def the_gateway_has_a_persons_key_under_a_name_of_its_own(root):
    person, gateway = (root["roles"][role]["keyids"][0] for role in ("targets", "snapshot"))
    root["keys"][gateway]["keyval"] = root["keys"][person]["keyval"]


@pytest.mark.parametrize(
    "change",
    [
        one_is_enough,
        somebody_else_makes_roots,
        the_gateway_is_a_person,
        one_key_has_two_names,
        one_key_is_spelt_in_two_ways,
        one_key_is_spelt_with_spaces,
        a_key_stands_under_an_id_that_is_not_its_own,
        the_gateway_has_a_persons_key_under_a_name_of_its_own,
    ],
)
def test_a_root_under_which_less_than_two_persons_count_is_not_signed(house, tmp_path, forged, change):
    house.propose_root(add=["chen"], remove=["zhao"])
    folder = exported(house, tmp_path / "b")
    assert read_bundle(folder, house.now).stand.proposed_root is not None
    proposed = folder / "proposed-root.json"
    proposed.write_bytes(forged(proposed.read_bytes(), lambda document: change(document["signed"])))
    with pytest.raises(BundleUnfit, match="root 2"):
        read_bundle(folder, house.now)


def test_a_list_that_lets_others_list_packages_is_not_signed(house, tmp_path, package, forged):
    house.propose(package())
    folder = exported(house, tmp_path / "b")
    proposed = folder / "proposed-targets.json"
    nobody = {"keys": {}, "roles": []}
    proposed.write_bytes(forged(proposed.read_bytes(), lambda document: document["signed"].update(delegations=nobody)))
    with pytest.raises(BundleUnfit, match="delegates"):
        read_bundle(folder, house.now)


def test_a_person_sees_by_whose_keys_the_list_in_force_is_judged(house, tmp_path, package):
    house.release(package())
    house.propose(package(version=2))
    text = shown(read_bundle(exported(house, tmp_path / "b"), house.now), house.person("zhao"))
    assert "root 1" in text
    for name in ("li", "wang", "zhao"):
        digest = sha256(house.signer(name).public_key).hexdigest()
        assert f"{name}  {digest[:4]} {digest[4:8]} " in text


def test_a_list_that_skips_a_version_is_not_signed(house, tmp_path, package, forged):
    house.propose(package())
    folder = exported(house, tmp_path / "b")
    proposed = folder / "proposed-targets.json"
    proposed.write_bytes(forged(proposed.read_bytes(), lambda document: document["signed"].update(version=4)))
    with pytest.raises(BundleUnfit, match="1 is next"):
        read_bundle(folder, house.now)


def test_a_personal_key_opens_with_its_passphrase_alone(suite_name, tmp_path, house):
    file = tmp_path / "li.key"
    public = new_key("li", "three quiet words", file, suite_name, house.now)
    assert file.stat().st_mode & 0o777 == 0o600
    person, signer = open_key(file, "three quiet words")
    assert person == read_public(public) == whose(file)
    assert signer.public_key == person.public_key
    with pytest.raises(KeyFileUnfit, match="passphrase"):
        open_key(file, "three quiet word")
    with pytest.raises(FileExistsError):
        new_key("li", "three quiet words", file, suite_name, house.now)
    file.write_bytes(file.read_bytes().replace(b'"name":"li"', b'"name":"ly"'))
    with pytest.raises(KeyFileUnfit):
        open_key(file, "three quiet words")
    with pytest.raises(KeyFileUnfit, match="12 characters"):
        new_key("li", "short", tmp_path / "x.key", suite_name, house.now)


@pytest.fixture
def suite_name(house):
    return house.suite


@pytest.mark.parametrize(
    ("octets", "word"),
    [
        (b"\xff", "no TOML"), (b"a = ", "no TOML"), (b"a = 1", "no table"), (b"package = 3", "no table"),
        (b'[package]\nkind = "rules"', "name"),
        (b'[package]\nkind="programs"\nname="a"\nversion=1\nvalid_from=2025-01-01\nplace="000000"', "one of rules"),
        (b'[package]\nkind="rules"\nname="A"\nversion=1\nvalid_from=2025-01-01\nplace="000000"', "small letters"),
        (b'[package]\nkind="rules"\nname="a"\nversion=1\nvalid_from="2025-02-30"\nplace="000000"', "YYYY-MM-DD"),
        (b'[package]\nkind="rules"\nname="a"\nversion=true\nvalid_from=2025-01-01\nplace="000000"', "whole number"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_package_says_which_line_is_wrong(octets, word):
    with pytest.raises(PackageFileUnfit, match=word):
        facts_in(octets, "file.toml")


# --- on the terminal's disk -----------------------------------------------------------------------------------------


def test_what_lies_on_the_disk_is_checked_at_each_reading_and_fetched_again(house, terminal, package):
    house.release(package())
    terminal.sync()
    generation = next(path for path in (terminal.data / "packages").iterdir() if path.is_dir())
    for path in sorted(generation.iterdir()):
        good = path.read_bytes()
        path.write_bytes(good[:-20] + bytes([good[-20] ^ 1]) + good[-19:])
        with pytest.raises(PackagesUnusable):
            current_packages(terminal.data, house.now)
        assert terminal.status().state == "unusable"
        path.write_bytes(good)
        assert terminal.status().state == "in-force"
    path = generation / "timestamp.json"
    path.unlink()
    assert terminal.status().why == "generation-missing"
    assert isinstance(terminal.sync(), Done)
    assert terminal.status().state == "in-force"


def test_offline_packages_go_from_in_force_to_unconfirmed_to_expired(house, terminal, package):
    house.release(package())
    terminal.sync()
    for forward, state in ((6.9, "in-force"), (0.2, "unconfirmed"), (357, "unconfirmed"), (2, "expired")):
        house.now += timedelta(days=forward)
        (one,) = current_packages(terminal.data, house.now)
        assert (one.state, one.expired) == (state, state == "expired")


def test_what_waits_for_signatures_is_not_dropped_by_another_proposal(house, package):
    house.release(package())
    house.propose(package(version=2))
    with pytest.raises(ProposalRefused, match=r"list 2 waits.*--replace"):
        house.propose(package(version=3))
    with pytest.raises(ProposalRefused, match=r"list 2 waits.*--replace"):
        house.propose_root()
    house.propose(package(version=3), replace=True)
    house.sign("li", "wang")
    house.publish()
    assert [facts.version for facts, _ in packages_in(house.targets).values()] == [3]


def test_a_root_that_was_laid_is_replaced_by_hand_alone(house, terminal, tmp_path):
    house.propose_root()
    house.sign("li", "wang")
    house.publish()
    second = house.store.packages.latest("root")
    assert not lay_root_once(terminal.data, second)
    assert (terminal.data / "trust" / "package-root.json").read_bytes() == house.first_root()
    lay_root(terminal.data, second)
    assert (terminal.data / "trust" / "package-root.json").read_bytes() == second
    other = tmp_path / "other"
    make_folder(other)
    assert lay_root_once(other, second)
    for octets in (
        b"",
        b"{}",
        second.replace(b'"version": 2', b'"version": 3').replace(b'"version":2', b'"version":3'),
    ):
        with pytest.raises(PackagesUnusable):
            lay_root(other, octets)


def test_a_later_root_that_is_laid_by_hand_begins_the_chain_anew(house, terminal, package):
    house.release(package())
    house.propose_root()
    house.sign("li", "wang")
    house.publish()
    terminal.sync()
    lay_root(terminal.data, house.store.packages.latest("root"))
    assert terminal.sync() == Done(0)
    assert terminal.status().state == "in-force"


def test_two_generations_are_kept_for_those_who_read(house, terminal, package):
    for version in range(1, 6):
        house.release(package(version=version))
        terminal.sync()
        house.forward(minutes=5)
    folders = sorted(path.name for path in (terminal.data / "packages").iterdir() if path.is_dir())
    assert folders == ["4", "5"]
