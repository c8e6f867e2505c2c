"""One conversation with a TPM 2 (TCG Library 1.59, by way of tpm2-tss): seal, unseal, make, take in and use a key.

Nothing stays in the chip: the storage root is made anew from the chip's own seed, always the same one, and every object
and session is flushed as soon as it was used, for a chip has three places for each, and no resource manager may be
there to help (`/dev/tpm0`, a simulated chip).
Sessions are salted to the storage root and encrypt what they can: a key does not cross the board's bus in the clear.
Every fault of the library leaves here as one of `offline_store.errors`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any, Final, cast

from cryptography.hazmat.primitives.asymmetric import ec

from offline_store.errors import KeyChipOther, KeyChipRefused, KeyChipUnavailable, KeyFault, KeyUnfit, MachineChanged
from offline_store.keys_tpm_file import Blobs

_HALF: Final = 32

# response codes without handle, parameter and session (TPM 2.0 Library, part 2, 6.6)
_BAD_AUTH, _AUTH_FAIL, _POLICY_FAIL, _INTEGRITY, _PCR_CHANGED = 0x0A2, 0x08E, 0x09D, 0x09F, 0x128
_KINDS: Final[dict[int, tuple[type[KeyFault], str]]] = {
    _BAD_AUTH: (KeyChipRefused, "the storage hierarchy of the chip has a password"),
    _AUTH_FAIL: (KeyChipRefused, "the storage hierarchy of the chip has a password"),
    _POLICY_FAIL: (MachineChanged, "the chip does not give the key to this state of the machine"),
    _PCR_CHANGED: (MachineChanged, "the state of the machine changed meanwhile"),
    _INTEGRITY: (KeyUnfit, "the chip does not know the sealed key: the file was changed"),
}


@contextlib.contextmanager
def conversation(tcti: str, label: str) -> Iterator[Chip]:
    """Talk to the chip behind a TCTI (``device:/dev/tpmrm0``). ``label`` stands in the errors.

    Raises KeyChipUnavailable, KeyChipRefused, KeyChipOther, KeyUnfit, MachineChanged, also out of the block.
    """
    # faults come as exceptions; the library would write its own lines to standard error. Read once, at its first use
    os.environ.setdefault("TSS2_LOG", "all+NONE")
    try:
        import tpm2_pytss as tss
        import tpm2_pytss.utils
    except ImportError as error:
        raise KeyChipUnavailable(label, "tpm2-pytss is not installed (extra [tpm])") from error
    try:
        with tss.ESAPI(tcti) as esapi, contextlib.ExitStack() as loaded:
            yield Chip(tss, esapi, loaded, label)
    except tss.TSS2_Exception as error:
        # the bits above the sixteenth name the layer; none: the chip itself said no (TSS 2.0 Overview, 4.1)
        other = "the security chip does not answer" if int(error.rc) >> 16 else "the security chip refuses the command"
        kind, reason = _KINDS.get(int(error.error), (KeyChipUnavailable, other))
        raise kind(label, reason, {"rc": f"{int(error.rc):#x}"}) from error


class Chip:
    """The open chip, with its storage root. Made by `conversation`, gone with it."""

    def __init__(self, tss: Any, esapi: Any, loaded: contextlib.ExitStack, label: str) -> None:
        self._tss, self._esapi, self._label = tss, esapi, label
        made = esapi.create_primary(tss.types.TPM2B_SENSITIVE_CREATE(), self._root_template())
        self._root, public = loaded.enter_context(self._flushed(made[0])), made[1]
        # the whole structure is kept: its parts are views into its memory, and do not keep it alive
        self._root_public = public
        self.root: bytes = bytes(public.get_name())
        """TPM name of the storage root: the same as long as the chip is not cleared, another one in each chip."""

    def expect(self, root: bytes) -> None:
        """KeyChipOther unless this is the storage root of that name."""
        if root != self.root:
            raise KeyChipOther(self._label, "the key was sealed by another security chip, or this one was cleared")

    def seal(self, secret: bytearray, registers: tuple[int, ...]) -> Blobs:
        """Seal up to 128 octets to this chip and to what the registers (PCR) hold now."""
        types, constants = self._tss.types, self._tss.constants
        flags = constants.TPMA_OBJECT
        attributes = flags.FIXEDTPM | flags.FIXEDPARENT | flags.NODA
        public = types.TPMT_PUBLIC.parse("keyedhash", objectAttributes=attributes)
        if registers:
            public.authPolicy = self._policy_digest(registers)
        else:
            public.objectAttributes |= flags.USERWITHAUTH
        data = types.TPM2B_SENSITIVE_DATA(bytes(secret))
        sensitive = types.TPM2B_SENSITIVE_CREATE(types.TPMS_SENSITIVE_CREATE(data=data))
        try:
            return self._created(sensitive, public)
        finally:
            self._overwrite(data)
            self._overwrite(sensitive)

    def unseal(self, sealed: Blobs, registers: tuple[int, ...]) -> bytearray:
        """What was sealed; the caller overwrites it."""
        kinds = self._tss.constants.TPM2_SE
        with self._loaded(sealed) as handle, self._session(kinds.POLICY if registers else kinds.HMAC) as session:
            if registers:
                self._esapi.policy_pcr(session, b"", self._selection(registers))
            data = self._esapi.unseal(handle, session1=session)
        try:
            return bytearray(bytes(data))
        finally:
            self._overwrite(data)

    def make_p256(self) -> Blobs:
        """A signing key, made in the chip and bound to it."""
        flags = self._tss.constants.TPMA_OBJECT
        inside = flags.FIXEDTPM | flags.FIXEDPARENT | flags.SENSITIVEDATAORIGIN
        return self._created(self._tss.types.TPM2B_SENSITIVE_CREATE(), self._signing_template(inside))

    def take_p256(self, scalar: bytearray) -> Blobs:
        """Take in a private key that was made outside; from then on this chip alone can load it (TPM2_Import)."""
        types, constants = self._tss.types, self._tss.constants
        numbers = ec.derive_private_key(int.from_bytes(scalar), ec.SECP256R1()).public_key().public_numbers()
        template = self._signing_template(constants.TPMA_OBJECT(0))
        template.unique.ecc.x = numbers.x.to_bytes(_HALF)
        template.unique.ecc.y = numbers.y.to_bytes(_HALF)
        public = types.TPM2B_PUBLIC(template)
        inside = types.TPM2B_ECC_PARAMETER(bytes(scalar))
        area = types.TPMT_SENSITIVE(
            sensitiveType=constants.TPM2_ALG.ECC, sensitive=types.TPMU_SENSITIVE_COMPOSITE(ecc=inside)
        )
        sensitive = types.TPM2B_SENSITIVE(area)
        wrap = self._tss.utils.wrap
        try:
            none, duplicate, seed = wrap(self._root_public.publicArea, public, sensitive)
            symmetric = types.TPMT_SYM_DEF_OBJECT(algorithm=constants.TPM2_ALG.NULL)
            taken = self._esapi.import_(self._root, none, public, duplicate, seed, symmetric)
        finally:
            for each in (inside, area, sensitive):
                self._overwrite(each)
        return Blobs(public.marshal(), taken.marshal())

    def sign(self, key: Blobs, digest: bytes) -> bytes:
        """ECDSA over a SHA-256 digest: r and s, 32 octets each."""
        types, algorithm = self._tss.types, self._tss.constants.TPM2_ALG
        scheme = types.TPMT_SIG_SCHEME(scheme=algorithm.ECDSA)
        scheme.details.any.hashAlg = algorithm.SHA256
        # not a restricted key: an empty ticket says that the digest was not made by the chip
        ticket = types.TPMT_TK_HASHCHECK(
            tag=self._tss.constants.TPM2_ST.HASHCHECK, hierarchy=self._tss.constants.TPM2_RH.NULL
        )
        with self._loaded(key) as handle:
            signature = self._esapi.sign(handle, digest, scheme, ticket)
        return _fixed(signature.signature.ecdsa.signatureR) + _fixed(signature.signature.ecdsa.signatureS)

    def point(self, key: Blobs) -> bytes:
        """Public point of a signing key: 04, x, y."""
        public = self._unmarshalled(self._tss.types.TPM2B_PUBLIC, key.public)
        return b"\x04" + _fixed(public.publicArea.unique.ecc.x) + _fixed(public.publicArea.unique.ecc.y)

    # what the above is made of

    def _root_template(self) -> Any:
        flags = self._tss.constants.TPMA_OBJECT
        attributes = flags.RESTRICTED | flags.DECRYPT | flags.FIXEDTPM | flags.FIXEDPARENT
        attributes |= flags.SENSITIVEDATAORIGIN | flags.USERWITHAUTH | flags.NODA
        template = self._tss.types.TPMT_PUBLIC.parse("ecc256:aes128cfb", objectAttributes=attributes)
        return self._tss.types.TPM2B_PUBLIC(template)

    def _signing_template(self, attributes: Any) -> Any:
        flags = self._tss.constants.TPMA_OBJECT
        attributes |= flags.SIGN_ENCRYPT | flags.USERWITHAUTH | flags.NODA
        return self._tss.types.TPMT_PUBLIC.parse("ecc256:ecdsa-sha256", objectAttributes=attributes)

    def _created(self, sensitive: Any, template: Any) -> Blobs:
        public = self._tss.types.TPM2B_PUBLIC(template)
        with self._session(self._tss.constants.TPM2_SE.HMAC) as session:
            private, public, *_ = self._esapi.create(self._root, sensitive, public, session1=session)
        return Blobs(public.marshal(), private.marshal())

    @contextlib.contextmanager
    def _loaded(self, key: Blobs) -> Iterator[Any]:
        private = self._unmarshalled(self._tss.types.TPM2B_PRIVATE, key.private)
        public = self._unmarshalled(self._tss.types.TPM2B_PUBLIC, key.public)
        with self._flushed(self._esapi.load(self._root, private, public)) as handle:
            yield handle

    def _unmarshalled(self, kind: Any, octets: bytes) -> Any:
        try:
            found, used = kind.unmarshal(octets)
        except (self._tss.TSS2_Exception, ValueError) as error:
            raise KeyUnfit(self._label, "the sealed key is no object of a TPM") from error
        if used != len(octets):
            raise KeyUnfit(self._label, "the sealed key is no object of a TPM")
        return found

    @contextlib.contextmanager
    def _session(self, kind: Any) -> Iterator[Any]:
        types, constants = self._tss.types, self._tss.constants
        symmetric = types.TPMT_SYM_DEF(
            algorithm=constants.TPM2_ALG.AES,
            keyBits=types.TPMU_SYM_KEY_BITS(aes=128),
            mode=types.TPMU_SYM_MODE(aes=constants.TPM2_ALG.CFB),
        )
        none = self._tss.ESYS_TR.NONE
        made = self._esapi.start_auth_session(self._root, none, kind, symmetric, constants.TPM2_ALG.SHA256)
        with self._flushed(made) as session:
            flags = constants.TPMA_SESSION
            self._esapi.trsess_set_attributes(session, flags.DECRYPT | flags.ENCRYPT | flags.CONTINUESESSION)
            yield session

    def _policy_digest(self, registers: tuple[int, ...]) -> Any:
        # a register whose bank the firmware switched off counts as nothing: the policy would bind to nothing
        _, _, values = self._esapi.pcr_read(self._selection(registers))
        if len(values) != len(registers):
            facts: dict[str, str | int] = {"wanted": len(registers), "there": len(values)}
            raise KeyChipRefused(self._label, "the chip keeps no SHA-256 value of these registers", facts)
        with self._session(self._tss.constants.TPM2_SE.TRIAL) as session:
            self._esapi.policy_pcr(session, b"", self._selection(registers))
            return self._esapi.policy_get_digest(session)

    def _selection(self, registers: tuple[int, ...]) -> Any:
        return self._tss.types.TPML_PCR_SELECTION.parse("sha256:" + ",".join(map(str, registers)))

    @contextlib.contextmanager
    def _flushed(self, handle: Any) -> Iterator[Any]:
        try:
            yield handle
        finally:
            # a chip that is gone has forgotten by itself; the fault that ended the block is the one to tell
            with contextlib.suppress(self._tss.TSS2_Exception):
                self._esapi.flush_context(handle)

    def _overwrite(self, held: Any) -> None:
        """Zeros over the library's own copy of a secret."""
        ffi = self._tss.types.ffi
        memory = cast("Any", ffi.buffer(held._cdata, ffi.sizeof(held._cdata[0])))
        memory[:] = bytes(len(memory))


def _fixed(parameter: Any) -> bytes:
    """A coordinate or half of a signature, 32 octets; the chip may leave out leading zeros."""
    return bytes(parameter).rjust(_HALF, b"\0")
