"""The demonstration root key that the simulated cards and PSAMs share; the sample key of the card sheet, section 8.

It protects nothing and opens no real card. IRK, RK_SSSE and the read keys of applications are all cut from it.
"""

from typing import Final

DEMO_ROOT_KEY: Final = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
