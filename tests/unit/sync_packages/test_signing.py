"""A folder for signing from a gateway that was broken into: nothing of it moves the signer's screen or is a crash."""

from __future__ import annotations

import copy
import json
import random
import unicodedata
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from typer.testing import CliRunner

from sync.gateway.cli import app
from sync.gateway.packages.bundle import Bundle, BundleUnfit, SignatureFile, export, read_bundle
from sync.gateway.packages.personal_keys import new_key
from sync.gateway.packages.proposing import ProposalRefused, propose_first_root, standing
from sync.gateway.packages.publishing import signatures, take_signatures
from sync.gateway.packages.showing import shown, versions
from sync.gateway.packages.visible import plain
from sync.gateway.sqlite_store import SqliteStore
from sync.protocol.suites import SUITE_NAMES

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
PASSPHRASE = "three quiet words"


def exported(house, folder):
    with house.store.transaction():
        export(house.store.packages, folder)
    return folder


def sign(folder, tmp_path, suite, typed=""):
    """What the command says to somebody whose key the folder may know, and its exit code."""
    if not (tmp_path / "li.key").exists():
        new_key("li", PASSPHRASE, tmp_path / "li.key", suite, NOW)
        (tmp_path / "passphrase").write_text(PASSPHRASE)
    words = ["packages", "sign", str(folder), "--key", str(tmp_path / "li.key")]
    done = CliRunner().invoke(app, [*words, "--passphrase-file", str(tmp_path / "passphrase")], input=typed)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


# --- who signed -----------------------------------------------------------------------------------------------------


def test_a_signature_is_never_taken_under_the_name_of_somebody_else(house, package):
    house.propose(package())
    signed = Bundle(standing(house.store.packages), ()).sign(house.person("li"), house.signer("li"))
    lent = SignatureFile(name="wang", signatures=signed.signatures)
    with pytest.raises(ProposalRefused, match="says wang, and li's key signed"), house.store.transaction():
        take_signatures(house.store.packages, lent, house.now)
    assert signatures(standing(house.store.packages))[0].signed == ()


def test_a_first_root_that_waits_is_not_dropped_by_another_one(house, tmp_path):
    (tmp_path / "new").mkdir()
    store = SqliteStore(tmp_path / "new", create=True)
    made = []

    def propose(**how):
        def online():
            made.append(1)
            return house.keys.make(house.suite)

        with store.transaction():
            return propose_first_root(
                store.packages, [house.person(name) for name in ("li", "wang")], online, house.now, **how
            )

    propose()
    with pytest.raises(ProposalRefused, match=r"root 1 waits.*--replace"):
        propose()
    assert len(made) == 1, "nor are keys made for it"
    assert propose(replace=True).version == 1
    store.close()


# --- what reaches the screen ----------------------------------------------------------------------------------------


INVISIBLE = "\u3164\u115f\uffa0\u2800\u034f\ufe0f\u17b4\u180b\U000e0100\U000e0041\u00a0\u2007\u3000"


@pytest.mark.parametrize("character", INVISIBLE, ids=ascii)
def test_what_shows_nothing_of_itself_stands_there_by_its_number(character):
    assert plain(f"12{character}0") == f"12{character.encode('unicode_escape').decode()}0"


def test_what_people_write_stays_as_it_is():
    text = "满 12 个月\tmonths = 12，《条例》第3条；㐀𠀀𪚥 “é” №①"
    assert plain(text) == text


def test_nothing_that_is_left_is_without_a_shape_by_its_kind():
    left = [character for character in map(chr, range(0x110000)) if plain(character) == character]
    assert len(left) > 100_000
    kinds = {unicodedata.category(character) for character in left if character not in "\t "}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"}


ESCAPES = "\x1b[2J\x1b[H\x1b]0;owned\x07 All is well: wang\u202e\u3164"


def a_name_with_escapes(root):
    for number, key in enumerate(root["keys"].values()):
        key["x-person"] = f"li{number}{ESCAPES}"


def a_type_with_escapes(root):
    root["_type"] = ESCAPES


def a_role_with_escapes(root):
    root["roles"]["targets"]["keyids"].append(ESCAPES)


def a_key_of_a_type_with_escapes(root):
    for key in root["keys"].values():
        key["keytype"] = key["scheme"] = ESCAPES


def a_time_with_escapes(root):
    root["expires"] = ESCAPES


@pytest.mark.parametrize(
    "change",
    [
        a_name_with_escapes,
        a_type_with_escapes,
        a_role_with_escapes,
        a_key_of_a_type_with_escapes,
        a_time_with_escapes,
    ],
)
def test_no_refusal_carries_octets_of_the_folder_to_the_screen(house, tmp_path, forged, change):
    house.propose_root()
    folder = exported(house, tmp_path / "b")
    proposed = folder / "proposed-root.json"
    proposed.write_bytes(forged(proposed.read_bytes(), lambda document: change(document["signed"])))
    code, said = sign(folder, tmp_path, house.suite)
    assert (code, said.startswith("Nothing was signed. ")) == (1, True)
    assert not {character for character in said if not character.isprintable() and character != "\n"}
    assert said.count("\n") == 1


def test_a_package_whose_head_carries_escapes_is_refused_without_them(house, tmp_path, package):
    house.propose(package())
    folder = exported(house, tmp_path / "b")
    proposed = json.loads((folder / "proposed-targets.json").read_bytes())
    octets = package() + f'[package."{json.dumps(ESCAPES)[1:-1]}"]\n'.encode()
    (entry,) = proposed["signed"]["targets"].values()
    rewrite(folder, proposed, entry, octets)
    code, said = sign(folder, tmp_path, house.suite)
    assert (code, "Nothing was signed" in said) == (1, True)
    assert not {character for character in said if not character.isprintable() and character != "\n"}


def test_a_package_that_is_nested_without_an_end_is_refused_in_a_sentence(house, tmp_path, package):
    house.propose(package())
    folder = exported(house, tmp_path / "b")
    proposed = json.loads((folder / "proposed-targets.json").read_bytes())
    (entry,) = proposed["signed"]["targets"].values()
    rewrite(folder, proposed, entry, package() + b"deep = " + b"[" * 100_000)
    with pytest.raises(BundleUnfit, match="nested"):
        read_bundle(folder, house.now)


def rewrite(folder, proposed, entry, octets):
    """Another content for the one package, with its right length and hash."""
    entry["length"], entry["hashes"] = len(octets), {"sha256": sha256(octets).hexdigest()}
    (folder / "content" / entry["hashes"]["sha256"]).write_bytes(octets)
    (folder / "proposed-targets.json").write_text(json.dumps(proposed))


@pytest.mark.parametrize("name", ["li  abcd ef01 <- you", "Li", "", "l" * 33, "李", {"li": 1}])
def test_a_person_under_a_name_that_nobody_can_have_is_no_signer(house, tmp_path, forged, name):
    house.propose_root()
    folder = exported(house, tmp_path / "b")
    proposed = folder / "proposed-root.json"

    def rename(document):
        signed = document["signed"]
        signed["keys"][signed["roles"]["targets"]["keyids"][0]]["x-person"] = name

    proposed.write_bytes(forged(proposed.read_bytes(), rename))
    with pytest.raises(BundleUnfit, match="root 2 has a person under a name"):
        read_bundle(folder, house.now)


# --- folders that are not whole -------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", SUITE_NAMES)
def test_a_folder_without_a_root_is_refused_in_a_sentence(tmp_path, house, package, suite):
    house.propose(package())
    folder = exported(house, tmp_path / "b")
    (folder / "present-root.json").unlink()
    code, said = sign(folder, tmp_path, suite)
    assert code == 1
    assert "there is no root in it" in said


def paths_in(value, at=()):
    """Every place of a JSON document."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from paths_in(below, (*at, key))


ODD = (None, True, -1, 0, 2**70, 1.5, "", "\x1b[2J", "\ud800", [], {}, [[]], {"sha256": 5}, "9" * 64, float("inf"))


@pytest.mark.parametrize("file", ["present-root", "present-targets", "proposed-root", "proposed-targets"])
def test_whatever_stands_in_the_folder_it_is_shown_or_refused_and_never_a_crash(house, tmp_path, package, file):
    house.release(package())
    house.propose_root(remove=["zhao"], add=["chen"])
    folder = exported(house, tmp_path / "b")
    path, chance = folder / f"{file}.json", random.Random(7)
    whole = json.loads(path.read_bytes())
    places = [place for place in paths_in(whole) if place]
    refused = 0
    for _ in range(120):
        document = copy.deepcopy(whole)
        *way, last = chance.choice(places)
        below = document
        for step in way:
            below = below[step]
        below[last] = chance.choice(ODD)
        path.write_text(json.dumps(document))
        try:
            bundle = read_bundle(folder, house.now)
            versions(bundle, house.person("li"))
            text = shown(bundle, house.person("li"))
            assert not {character for character in text if not character.isprintable() and character not in "\n\t"}
        except BundleUnfit:
            refused += 1
    assert refused > 60
