"""BER-TLV as far as FCI and DIR need it, and the card's own one-byte tag, one-byte length records."""


def ber(tag: int, value: bytes) -> bytes:
    """One BER-TLV object (ISO 7816-4 annex on BER-TLV): tag of one or two bytes, short or 81-form length, value."""
    head = tag.to_bytes(1 if tag <= 0xFF else 2, "big")
    if len(value) > 0xFF:
        raise ValueError(f"{len(value)} bytes do not fit into a short answer")
    length = bytes([len(value)]) if len(value) < 0x80 else bytes([0x81, len(value)])
    return head + length + value


def record(tag: int, value: bytes) -> bytes:
    """One record of a variable file: tag(1) length(1) value, no long form (card sheet section 3)."""
    return bytes([tag, len(value)]) + value
