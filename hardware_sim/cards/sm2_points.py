"""Public keys on the SM2 curve (GB/T 32918.5), by plain arithmetic: enough to put a real point into a key file.

Slow, and open to timing: for invented keys of simulated cards only.
"""

from typing import Final

_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

_Point = tuple[int, int] | None


def public_point(private: int) -> bytes:
    """X and Y, 64 bytes, of the public key of `private` (taken modulo the order of the curve, never zero)."""
    point: _Point = None
    addend: _Point = _G
    scalar = private % (_N - 1) + 1
    while scalar:
        if scalar & 1:
            point = _sum(point, addend)
        addend = _sum(addend, addend)
        scalar >>= 1
    if point is None:
        raise ArithmeticError("a scalar below the order does not lead to infinity")
    return point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def _sum(left: _Point, right: _Point) -> _Point:
    if left is None or right is None:
        return left or right
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    slope = (3 * x1 * x1 + _A) * pow(2 * y1, -1, _P) if left == right else (y2 - y1) * pow(x2 - x1, -1, _P)
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P
