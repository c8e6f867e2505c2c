"""The keys of a PSAM: each with a usage byte (levels and kind) and an id (card sheet section 9)."""

from dataclasses import dataclass
from typing import Final

from hardware_sim.cards.crypto import FAMILIES, AlgorithmName, city_factor, province_factor
from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.layout import APPLICATION_READ_KEYS, APPLICATION_WRITE_KEYS, BK, PUK, RK_SSSE, UK_SSSE

PURCHASE: Final = 2
MAC: Final = 6
ENCRYPT: Final = 7
MAC_AND_ENCRYPT: Final = 8

MOST_LEVELS: Final = 3
# Field code knows IRK as 08 here; the other keys keep the ids they have on the card.
_IRK: Final = 0x08
_PURCHASE_KEY: Final = 0x01


@dataclass(frozen=True, repr=False)
class SamKey:
    """A key by usage byte (levels in the high 3 bits, kind in the low 5) and key id; `value` is 16 secret bytes."""

    usage: int
    kid: int
    value: bytes

    @property
    def levels(self) -> int:
        return self.usage >> 5

    @property
    def kind(self) -> int:
        return self.usage & 0x1F

    def serves(self, kind: int) -> bool:
        """Whether a session key may be made from it for this kind of use."""
        if self.kind == MAC_AND_ENCRYPT:
            return kind in (MAC, ENCRYPT, MAC_AND_ENCRYPT)
        return kind == self.kind and kind in (MAC, ENCRYPT)


def demo_keys(
    algorithm: AlgorithmName = "SM4",
    levels: int = MOST_LEVELS,
    *,
    city: str = "990100",
    without: tuple[int, ...] = (),
) -> tuple[SamKey, ...]:
    """The demonstration keys, `levels` (1 to 3) above a card: the root, its province's or its city's key.

    All open the cards of `city`. `without` leaves key ids out, as on a PSAM that was not given them.
    """
    family, value = FAMILIES[algorithm], DEMO_ROOT_KEY
    for factor in (province_factor(city), city_factor(city))[: MOST_LEVELS - levels]:
        value = family.diversify(value, factor)
    ids = (_IRK, BK, PUK, RK_SSSE, UK_SSSE, *APPLICATION_READ_KEYS.values(), *APPLICATION_WRITE_KEYS.values())
    keys = [SamKey(levels << 5 | MAC_AND_ENCRYPT, kid, value) for kid in ids if kid not in without]
    if _PURCHASE_KEY not in without:
        keys.append(SamKey(levels << 5 | PURCHASE, _PURCHASE_KEY, value))
    return tuple(keys)
