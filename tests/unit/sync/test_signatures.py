"""A signed request says who asked, for exactly what, and when; anything else is refused with a reason."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from http_message_signatures import HTTPMessageSigner, algorithms

from sync.protocol.exchange import Request
from sync.protocol.signatures import COVERED, TAG, SignatureRefused, fingerprint, sign, verify

NONCE = bytes(range(16))
ASKED = Request("POST", "/v1/chain?part=1", {"content-type": "application/json"}, b'{"entries":[]}')


@dataclass
class Message:
    """A request as the library takes it."""

    method: str
    url: str
    headers: dict[str, str]


def signed(signer, now, request=ASKED, nonce=NONCE):
    return sign(request, signer, terminal="T0001", now=now, nonce=nonce)


def keys(signer):
    known = {("T0001", fingerprint(signer.public_key)): signer.public_key}
    return lambda terminal, print_: known.get((terminal, print_))


def refusal(request, signer, now):
    with pytest.raises(SignatureRefused) as caught:
        verify(request, keys(signer), now)
    return caught.value.reason


def test_a_signed_request_says_whose_it_is_and_which_nonce_it_uses_up(signer, now):
    who = verify(signed(signer, now), keys(signer), now)
    assert (who.terminal, who.fingerprint, who.created) == ("T0001", fingerprint(signer.public_key), now)
    assert who.nonce == "AAECAwQFBgcICQoLDA0ODw"


def test_the_host_is_not_covered_so_that_a_proxy_may_stand_in_front(signer, now):
    moved = replace(signed(signer, now), headers={**signed(signer, now).headers, "host": "elsewhere"})
    assert verify(moved, keys(signer), now).terminal == "T0001"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"method": "PUT"}, "not-genuine"),
        ({"path": "/v1/results?part=1"}, "not-genuine"),
        ({"path": "/v1/chain?part=2"}, "not-genuine"),
        ({"path": "/v1/chain"}, "not-genuine"),
        ({"body": b'{"entries":[1]}'}, "digest-differs"),
        ({"headers": {}}, "missing"),
    ],
)
def test_a_request_that_was_changed_on_its_way_is_refused(signer, now, change, reason):
    assert refusal(replace(signed(signer, now), **change), signer, now) == reason


def targets(target, chance):
    """The target as somebody on its way might change it: each part of an address, and noise, at each place."""
    parts = ["#", "#&part=2", "?", "&part=2", "&", ";part=2", "+", "%", "%70", "%23&part=2", "=", "/", "//", "/.",
             "/..", "@", ":", ":80", "@elsewhere", "http://elsewhere", "\\", "\t", " ", "\r\n", "\0", "é"]  # fmt: skip
    for part in parts:
        yield from (part + target, target + part)
        yield from (target[:at] + part + target[at + cut :] for at in range(len(target)) for cut in (0, 1))
    for _ in range(500):
        yield "".join(chance.choice([target, *parts, target[: chance.randrange(len(target))]]) for _ in range(3))


@pytest.mark.parametrize("target", ["/v1/chain/head?epoch=2", "/v1/snapshot/7", "/v1/results?after=0&generation=3"])
def test_whatever_is_done_to_a_target_on_its_way_what_is_accepted_means_what_was_signed(signer, now, target):
    genuine = signed(signer, now, Request("GET", target))
    taken = set()
    for changed in targets(target, random.Random(9)):
        try:
            verify(replace(genuine, path=changed), keys(signer), now)
        except SignatureRefused:
            continue
        taken.add(changed)
        read = replace(genuine, path=changed)
        assert (read.route, read.query) == (genuine.route, genuine.query)
    assert taken <= {target, target + "?"}


@pytest.mark.parametrize(
    "target",
    [
        "/v1/chain/head?epoch=2#&epoch=1", "/v1/chain/head?epoch=2#epoch=1", "?epoch=1", "", "*", "@elsewhere/v1/chain",
        ".elsewhere/v1/chain", "http://elsewhere/v1/chain", "/v1/chain?a b",
    ],
)  # fmt: skip
def test_a_target_that_can_be_read_in_two_ways_is_refused(signer, now, target):
    assert refusal(replace(signed(signer, now), path=target), signer, now) == "malformed"


def test_a_changed_body_with_a_matching_digest_is_refused_too(signer, now):
    genuine = signed(signer, now)
    other = signed(signer, now, replace(ASKED, body=b"{}"))
    headers = {**genuine.headers, "content-digest": other.headers["content-digest"]}
    assert refusal(replace(genuine, headers=headers, body=b"{}"), signer, now) == "not-genuine"


def test_another_terminals_key_does_not_speak_for_this_one(signer, other_signer, now):
    assert refusal(signed(other_signer, now), signer, now) == "unknown-key"


def test_a_keyid_with_somebody_elses_fingerprint_is_not_enough(signer, other_signer, now):
    forged = signed(other_signer, now)
    text = forged.headers["signature-input"].replace(
        fingerprint(other_signer.public_key), fingerprint(signer.public_key)
    )
    assert refusal(replace(forged, headers={**forged.headers, "signature-input": text}), signer, now) == "not-genuine"


@pytest.mark.parametrize(("seconds", "reason"), [(301, "too-old"), (-301, "from-the-future")])
def test_a_signature_is_good_for_five_minutes_either_way(signer, now, seconds, reason):
    request = signed(signer, now)
    assert verify(request, keys(signer), now + (seconds - 1 if seconds > 0 else seconds + 1)).terminal == "T0001"
    assert refusal(request, signer, now + seconds) == reason


def test_a_signature_that_leaves_the_digest_out_is_refused(signer, now):
    request = signed(signer, now)
    text = request.headers["signature-input"].replace(' "content-digest"', "")
    assert refusal(replace(request, headers={**request.headers, "signature-input": text}), signer, now) == "not-genuine"


def test_damaged_and_cut_off_signature_headers_are_refused_and_never_crash(signer, now):
    chance = random.Random(7)
    genuine = signed(signer, now)
    for _ in range(1500):
        name = chance.choice(["signature", "signature-input", "content-digest"])
        text = genuine.headers[name]
        at = chance.randrange(len(text))
        broken = chance.choice(
            [text[:at], text[:at] + chr(chance.randrange(1, 0x2FF)) + text[at + 1 :], text[at:], text + text, ""]
        )
        if broken == text:
            continue
        request = replace(genuine, headers={**genuine.headers, name: broken})
        try:
            who = verify(request, keys(signer), now)
        except SignatureRefused:
            continue
        # A label is not covered; whatever else still verifies must be the same signature in another spelling.
        assert (who.terminal, who.nonce, who.created) == ("T0001", "AAECAwQFBgcICQoLDA0ODw", now)


def test_a_request_names_the_algorithm_of_its_signers_suite(suite, signer, now):
    assert f';alg="{suite.signature_algorithm}"' in signed(signer, now).headers["signature-input"]


def test_the_request_does_not_choose_the_algorithm(suite, signer, now):
    request = signed(signer, now)
    named = f';alg="{suite.signature_algorithm}"'
    for other in (';alg="ed25519"', ';alg="sm2-sm3"', ';alg="hmac-sha256"', ""):
        if other != named:
            text = request.headers["signature-input"].replace(named, other)
            changed = replace(request, headers={**request.headers, "signature-input": text})
            assert refusal(changed, signer, now) == "not-genuine"


def test_a_genuine_signature_that_names_no_suite_is_refused(signer, now):
    message = Message(ASKED.method, "http://gateway.invalid" + ASKED.path, dict(signed(signer, now).headers))
    library = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=None)
    prepared = library.prepare(
        message, key_id=f"T0001:{fingerprint(signer.public_key)}", created=datetime.fromtimestamp(now, UTC),
        nonce="AAECAwQFBgcICQoLDA0ODw", label="terminal", tag=TAG, include_alg=False, covered_component_ids=COVERED,
    )  # fmt: skip
    library.apply(message, prepared, signer.sign(prepared.signature_base))
    headers = {name.lower(): value for name, value in message.headers.items()}
    assert refusal(replace(ASKED, headers=headers), signer, now) == "malformed"


def test_a_key_that_is_none_of_any_suite_verifies_nothing(signer, now):
    with pytest.raises(SignatureRefused) as caught:
        verify(signed(signer, now), lambda terminal, print_: bytes(33), now)
    assert caught.value.reason == "unknown-key"


def test_a_nonce_of_the_wrong_length_is_never_signed(signer, now):
    with pytest.raises(ValueError, match="nonce"):
        signed(signer, now, nonce=b"short")
