"""The whole tree: every application and every file the sheet declares, in one place that a test checks."""

from typing import Final

from drivers.card_reader.files import common, employment, environment, insurance, medical_insurance, personnel
from drivers.card_reader.files.declaration import Application, File

LIFE_AND_HEALTH: Final = Application("DF05", None, "生活与健康")
RELIEF: Final = Application("DF06", None, "社会救助")
"""DF05 and DF06 are in annexes that are not public: they have a name and nothing that could be selected or read."""

APPLICATIONS: Final = (
    environment.SSSE,
    common.COMMON,
    employment.EMPLOYMENT,
    insurance.INSURANCE_1,
    medical_insurance.MEDICAL,
    LIFE_AND_HEALTH,
    RELIEF,
    personnel.PERSONNEL,
)

FILES: Final[tuple[File, ...]] = (
    *environment.FILES,
    *common.FILES,
    *employment.FILES,
    *insurance.FILES,
    *medical_insurance.FILES,
    *personnel.FILES,
)


def file_at(place: str) -> File:
    """By its place, as ``File.place`` writes it ("DF01/EF15"). KeyError: the sheet has no such file."""
    for file in FILES:
        if file.place == place:
            return file
    raise KeyError(place)
