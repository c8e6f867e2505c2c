"""What a broken-in gateway, a stolen key, a bad line and an old disk cannot do to a terminal's packages."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from tuf.api.metadata import Metadata, Root, Targets

from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.gateway.packages import signing
from sync.protocol.exchange import JSON, Request, Response
from sync.protocol.rule_packages import MAX_PACKAGE_BYTES, MAX_VERSION


@pytest.fixture
def running(house, terminal, package):
    """A terminal with the first list in use."""
    house.release(package(), package("items-of-hall", kind="items"))
    assert terminal.sync() == Done(2)
    house.forward(hours=1)
    return terminal


def kept(terminal, versions):
    """What was in use stays in use, and is whole."""
    status = terminal.status()
    return status.state == "in-force" and terminal.held == versions


OLD = {"rules/retirement": 1, "items/items-of-hall": 1}


# --- the gateway's keys are stolen ----------------------------------------------------------------------------------


def test_a_thief_of_the_gateways_keys_cannot_change_a_package(house, running, package):
    evil = package(version=2, body="months = 0")
    facts = {path: (signing.PackageFacts.model_validate(t.custom), t) for path, t in house.targets.targets.items()}
    one = facts["rules/retirement"][0].model_copy(update={"version": 2})
    facts["rules/retirement"] = (one, signing.target_of(one, evil))
    made = signing.targets(2, facts, house.now)
    for signer in (house.online.timestamp, house.online.snapshot):
        signing.add_signature(made, signing.listed_key(signer, "li"), signer)
    house.put("targets", 2, made.to_bytes())
    house.vouch(made.to_bytes(), 2)
    assert running.sync() == Stopped("packages-not-signed")
    assert kept(running, OLD)


def test_a_thief_of_the_gateways_disk_cannot_change_the_octets_of_a_package(house, running, package):
    house.release(package(version=2))
    with house.store.transaction():
        assert house.store.run("UPDATE package_content SET octets = ?", (package(version=2, body="months = 0 "),)) == 3
    outcome = running.sync()
    assert outcome == Stopped("packages-do-not-match")
    assert kept(running, OLD)


def test_a_thief_of_the_gateways_keys_cannot_bring_an_old_list_back(house, running, package):
    before = house.store.packages.latest("targets")
    house.release(package(version=2))
    assert running.sync() == Done(1)
    house.vouch(before, 1)
    assert running.sync() == Stopped("packages-rolled-back")
    assert kept(running, OLD | {"rules/retirement": 2})


def test_an_old_timestamp_is_not_taken_again(house, running, package):
    old = house.store.packages.latest("timestamp")
    house.release(package(version=2))
    assert running.sync() == Done(1)
    stale = Response(200, {"content-type": JSON}, old)
    outcome = running.sync(lambda request, ask: stale if request.path.endswith("/timestamp") else ask(request))
    assert outcome == Stopped("packages-rolled-back")


def test_another_snapshot_with_the_same_version_is_not_put_beside_the_old_one(house, running):
    listed = house.store.packages.latest("targets")
    online, later = house.online, house.now + timedelta(hours=2)
    number = int(house.store.one("SELECT max(version) FROM package_metadata WHERE role = 'snapshot'")[0])
    other = signing.snapshot(1, listed, 0, online.snapshot, later)
    other.signed.version = number
    stamp = signing.timestamp(number, other.to_bytes(), number, online.timestamp, later)
    house.put("timestamp", stamp.signed.version, stamp.to_bytes())
    assert running.sync() == Stopped("packages-do-not-match")
    assert kept(running, OLD)


def test_a_silent_gateway_can_hide_what_is_new_for_a_week_and_no_longer(house, running, package):
    frozen = {}

    def freeze(request, ask):
        if request.path not in frozen:
            frozen[request.path] = ask(request)
        return frozen[request.path]

    assert running.sync(freeze) == Done(0)
    house.release(package(version=2))
    house.forward(days=6)
    assert running.sync(freeze) == Done(0)
    assert running.status().state == "in-force"
    house.forward(days=2)
    assert running.sync(freeze) == Stopped("packages-expired")
    assert running.status().state == "unconfirmed"
    assert running.held == OLD
    # and the honest one is believed again at once
    assert running.sync() == Done(1)
    assert kept(running, OLD | {"rules/retirement": 2})


def test_versions_run_to_the_end_by_a_thief_are_forgotten_with_his_keys(house, running, package):
    listed = house.store.packages.latest("targets")
    house.vouch(listed, 1, ahead=MAX_VERSION - int(house.now.timestamp()) - 1)
    assert running.sync() == Done(0)
    house.forward(days=1)
    # what the honest gateway signs with the same keys is lower now, and is not taken
    with house.store.transaction():
        house.store.run("DELETE FROM package_metadata WHERE role IN ('timestamp', 'snapshot')")
    house.vouch(listed, 1)
    assert running.sync() == Stopped("packages-rolled-back")
    house.propose_root(online=True)
    house.sign("wang", "zhao")
    house.publish()
    assert running.sync() == Done(0)
    house.release(package(version=2))
    assert running.sync() == Done(1)
    assert kept(running, OLD | {"rules/retirement": 2})


def test_new_keys_of_the_gateway_bring_no_old_list_back_either(house, running, package):
    before = house.store.packages.latest("targets")
    house.release(package(version=2))
    assert running.sync() == Done(1)
    house.propose_root(online=True)
    house.sign("li", "zhao")
    house.publish()
    house.forward(hours=1)
    house.vouch(before, 1)
    assert running.sync() == Stopped("packages-rolled-back")
    assert kept(running, OLD | {"rules/retirement": 2})


def test_keys_of_the_gateway_that_a_root_took_back_count_no_more(house, running):
    stolen = house.online
    house.propose_root(online=True)
    house.sign("li", "wang")
    house.publish()
    assert running.sync() == Done(0)
    house.forward(hours=1)
    house.vouch(house.store.packages.latest("targets"), 1, online=stolen)
    assert running.sync() == Stopped("packages-not-signed")


# --- persons --------------------------------------------------------------------------------------------------------


def test_one_stolen_personal_key_is_not_enough(house, running, package):
    house.propose(package(version=2, body="months = 0"))
    house.sign("li")
    half = house.store.packages.proposal("targets")
    house.put("targets", 2, half)
    house.vouch(half, 2)
    assert running.sync() == Stopped("packages-not-signed")
    assert kept(running, OLD)


def test_one_person_cannot_sign_twice_under_two_names(house, running, package, forged):
    house.propose(package(version=2))
    house.sign("li")

    def twice(document):
        other = house.key("wang").keyid
        document["signatures"].append({"keyid": other, "sig": document["signatures"][0]["sig"]})

    octets = forged(house.store.packages.proposal("targets"), twice)
    house.put("targets", 2, octets)
    house.vouch(octets, 2)
    assert running.sync() == Stopped("packages-not-signed")


def test_a_person_is_replaced_by_a_root_that_old_and_new_ones_sign(house, running, package):
    house.propose_root(add=["chen"], remove=["wang"])
    house.sign("li", "wang", "chen")
    house.publish()
    assert running.sync() == Done(0)
    house.propose(package(version=2))
    house.sign("li", "chen")
    house.publish()
    assert running.sync() == Done(1)
    # a terminal that was switched off meanwhile follows the chain of roots; who went signs nothing any more
    house.propose(package(version=3))
    made = Metadata[Targets].from_bytes(house.store.packages.proposal("targets"))
    for name in ("li", "wang"):
        signing.add_signature(made, house.key(name), house.signer(name))
    house.put("targets", 4, made.to_bytes())
    house.vouch(made.to_bytes(), 4)
    assert running.sync() == Stopped("packages-not-signed")
    assert kept(running, OLD | {"rules/retirement": 2})


@pytest.mark.parametrize("signers", [("li", "chen"), ("chen", "sun"), ("li",)])
def test_a_root_that_old_or_new_ones_alone_signed_is_not_taken(house, running, signers):
    # li and wang and zhao signed before; chen, sun and li would sign after
    keys = [house.key(name) for name in ("li", "chen", "sun")]
    made = signing.root(2, keys, house.online.keys, house.now)
    for name in signers:
        signing.add_signature(made, house.key(name), house.signer(name))
    house.put("root", 2, made.to_bytes())
    assert running.sync() == Stopped("packages-not-signed")
    assert kept(running, OLD)


def test_many_roots_are_followed_and_an_endless_chain_is_not(house, running):
    for _ in range(5):
        house.propose_root()
        house.sign("li", "wang")
        house.publish()
    assert running.sync() == Done(0)
    assert running.asked[:6] == [f"metadata/root-{n}" for n in range(2, 8)]
    online = house.online.keys
    for version in range(7, 7 + 40):
        made = signing.root(version, [house.key(name) for name in ("li", "wang", "zhao")], online, house.now)
        for name in ("li", "wang"):
            signing.add_signature(made, house.key(name), house.signer(name))
        house.put("root", version, made.to_bytes())
    assert running.sync() == Stopped("packages-endless-roots")
    assert running.status().state == "in-force"


def test_a_root_that_expired_stops_everything_until_a_new_one_comes(house, running):
    house.forward(days=3 * 365 + 1)
    assert running.sync() == Stopped("packages-expired")
    assert running.status().state == "expired"
    assert all(one.expired for one in running.status().packages)
    house.propose_root()
    house.propose()
    house.sign("li", "wang")
    house.publish()
    assert running.sync() == Done(0)
    assert kept(running, OLD)


# --- the line -------------------------------------------------------------------------------------------------------


def test_parts_of_two_releases_do_not_mix(house, running, package):
    house.release(package(version=2))
    first = house.answer(Request("GET", "/v1/packages/metadata/targets-1"))
    outcome = running.sync(lambda request, ask: first if request.path.endswith("/targets-2") else ask(request))
    assert outcome == Stopped("packages-do-not-match")
    assert kept(running, OLD)


def test_a_package_of_another_length_is_not_taken(house, running, package):
    house.release(package(version=2))
    for more in (b"", b" ", b"x" * (MAX_PACKAGE_BYTES + 1)):

        def other(request, ask, more=more):
            answer = ask(request)
            if "/content/" not in request.path:
                return answer
            return replace(answer, body=answer.body + more if more else answer.body[:-1])

        outcome = running.sync(other)
        assert outcome == Stopped("packages-too-large" if more else "packages-do-not-match")
    assert kept(running, OLD)


def test_metadata_without_an_end_is_not_read(house, running, package):
    house.release(package(version=2))
    endless = Response(200, {"content-type": JSON}, b"[" * (2 << 20))
    for role in ("root", "timestamp", "snapshot", "targets"):
        outcome = running.sync(lambda request, ask, role=role: endless if f"/{role}" in request.path else ask(request))
        assert isinstance(outcome, Stopped)
        assert outcome.code in ("packages-too-large", "packages-do-not-match")
    assert kept(running, OLD)


def test_whatever_fails_on_the_way_the_old_list_stays_and_the_next_run_has_the_new_one(house, running, package):
    house.propose_root()
    house.propose(package(version=2), package("words", kind="texts"))
    house.sign("li", "wang")
    house.publish()
    failing = 0
    while True:
        count = 0

        def cut(request, ask, last=failing + 1):
            nonlocal count
            count += 1
            return NoAnswer("timeout") if count == last else ask(request)

        outcome = running.sync(cut)
        if outcome == Done(2):
            break
        assert outcome == Later("timeout")
        assert kept(running, OLD)
        failing += 1
    assert failing == 6 + 1
    assert kept(running, OLD | {"rules/retirement": 2, "texts/words": 1})


def test_a_portal_a_refusal_and_a_busy_centre_change_nothing(house, running):
    page = Response(200, {"content-type": "text/html"}, b"<html>")
    busy = Response(503, {"retry-after": "60"}, b"")
    assert running.sync(lambda request, ask: page) == Later("not-the-gateway")
    assert running.sync(lambda request, ask: busy) == Later("status-503", 60.0)
    assert kept(running, OLD)


def test_damaged_metadata_ends_the_job_in_words_and_never_in_a_crash(house, running, package):
    house.release(package(version=2))
    chance = random.Random(20261122)
    seen = set()
    for _ in range(60):
        victim = chance.choice(["root-1", "timestamp", "snapshot", "targets", "content"])

        def damage(request, ask, victim=victim):
            answer = ask(request)
            if victim == "root-1" and "/root-" in request.path:
                answer = Response(200, {"content-type": JSON}, house.first_root())
            elif f"/{victim}" not in request.path or answer.status != 200:
                return answer
            body = bytearray(answer.body)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(body))
                if chance.random() < 0.3:
                    del body[at:]
                    body += b"}"
                else:
                    body[at] ^= 1 << chance.randrange(8)
            return replace(answer, body=bytes(body))

        outcome = running.sync(damage)
        assert isinstance(outcome, Stopped), victim
        seen.add(outcome.code)
        assert kept(running, OLD)
    assert len(seen) > 2


NO_METADATA = (
    b"", b"{}", b"[]", b"null", b'"x"', b"[" * 3000, b'{"signed":{"_type":"timestamp"},"signatures":[]}',
    b'{"signed":{"_type":"root","version":1},"signatures":[]}', b"\xff\xfe", b"1e999",
)  # fmt: skip


@pytest.mark.parametrize("role", ["root-2", "timestamp"])
@pytest.mark.parametrize("octets", [5, None, [1], {}, "", "not hex", "ff"])
def test_a_signature_of_whatever_type_is_no_signature_and_never_a_crash(house, terminal, package, forged, role, octets):
    house.release(package())

    def spoilt(request, ask):
        answer = ask(request)
        if not request.path.endswith("/" + role):
            return answer
        document = answer.body if answer.status == 200 else house.first_root()
        return Response(200, {"content-type": JSON}, forged(document, lambda d: d["signatures"][0].update(sig=octets)))

    assert isinstance(terminal.sync(spoilt), Stopped)


def test_what_is_no_metadata_is_refused_in_each_place(house, running, package):
    house.release(package(version=2))
    for role in ("root", "timestamp", "snapshot", "targets"):
        for body in NO_METADATA:
            wrong = Response(200, {"content-type": JSON}, body)
            outcome = running.sync(
                lambda request, ask, role=role, wrong=wrong: wrong if f"/{role}" in request.path else ask(request)
            )
            assert isinstance(outcome, Stopped), (role, body)
            assert outcome.code.startswith("packages-")
    assert kept(running, OLD)


def test_a_list_that_two_persons_signed_and_that_is_none_of_ours_is_refused(house, running):
    strange = signing.targets(2, {}, house.now)
    strange.signed.targets["rules/other"] = signing.target_of(
        signing.PackageFacts(kind="rules", name="one", version=1, valid_from="2025-01-01", place="000000"), b"x"
    )
    strange.signed.targets["rules/other"].path = "rules/other"
    for name in ("li", "wang"):
        signing.add_signature(strange, house.key(name), house.signer(name))
    house.put("targets", 2, strange.to_bytes())
    house.vouch(strange.to_bytes(), 2)
    assert running.sync() == Stopped("packages-unfit")


def test_a_snapshot_without_a_list_is_refused(house, running):
    keys, now = house.online, house.now
    empty = signing.snapshot(1, b"", int(now.timestamp()), keys.snapshot, now)
    empty.signed.meta.clear()
    empty.signatures.clear()
    signing.add_signature(empty, signing.listed_key(keys.snapshot, "gateway snapshot"), keys.snapshot)
    house.put("snapshot", empty.signed.version, empty.to_bytes())
    stamp = signing.timestamp(empty.signed.version, empty.to_bytes(), int(now.timestamp()), keys.timestamp, now)
    house.put("timestamp", stamp.signed.version, stamp.to_bytes())
    assert running.sync() == Stopped("packages-unfit")


def test_a_root_of_somebody_else_is_not_believed(house, terminal, package):
    house.release(package())
    own = signing.root(1, [house.key("eve"), house.key("mallory")], house.online.keys, house.now)
    for name in ("eve", "mallory"):
        signing.add_signature(own, house.key(name), house.signer(name))
    second = Metadata[Root].from_bytes(own.to_bytes())
    second.signed.version = 2
    second.signatures.clear()
    for name in ("eve", "mallory"):
        signing.add_signature(second, house.key(name), house.signer(name))
    house.put("root", 2, second.to_bytes())
    assert terminal.sync() == Stopped("packages-not-signed")
    assert terminal.status().state == "none"
