"""The resident ID card reader: does its module answer, is it well, which one is it, does its field work."""

from __future__ import annotations

from collections.abc import Callable

from drivers.id_reader.commands import ModuleState
from drivers.id_reader.reader import IdReader
from drivers.operation import Operation
from drivers.status import DeviceState, MediaState
from kiosk.diagnostics.findings import Examination, Found, Identity

_ILL = {ModuleState.SELF_TEST_FAILED: "self_test_failed", ModuleState.NOT_AUTHORISED: "not_authorised"}


def id_reader(reader: IdReader, port: str, clock: Callable[[], float]) -> Operation[Found]:
    """Nothing of a document is read: find says only whether one lies there."""
    exam = Examination(clock, ("answer", "number", "field"), Identity(port=port))
    return exam.run(_id_reader(exam, reader, port))


def _id_reader(exam: Examination, reader: IdReader, port: str) -> Operation[None]:
    exam.capabilities |= {"documents": "resident identity card", "photo": "yes (licensed decoder)"}
    state = yield from exam.step("answer", reader.module_state())
    exam.status["device"] = state.device_state.value
    if state in _ILL:
        exam.fail(_ILL[state], detail=state.name.lower())
    number = yield from exam.step("number", reader.module_number())
    exam.identity = Identity("ID card module " + number.split("-")[0], None, number, port)
    lies_there = yield from exam.step("field", reader.find())
    exam.status["media"] = (MediaState.PRESENT if lies_there else MediaState.NOT_PRESENT).value
    if state is not ModuleState.READY:
        exam.status["device"] = DeviceState.HARDWARE_ERROR.value
