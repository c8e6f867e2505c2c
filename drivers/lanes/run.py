"""One operation under way, without threads and without a clock of its own: what all lanes share."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from drivers.errors import DeviceError
from drivers.lanes.lane import Done, Failed, Outcome
from drivers.operation import Operation, Progress, Request

T = TypeVar("T")

TIDY_SECONDS = 5.0
"""How long an operation may still yield requests (unpower, release the paper) once it was cancelled or timed out."""


class Run(Generic[T]):
    """Steps an operation and keeps its next request, or its outcome.

    An exception that is no ``DeviceError`` comes out of the method that stepped it: a bug.
    """

    def __init__(self, operation: Operation[T], *, expires: float, on_progress: Callable[[str], None] | None) -> None:
        self.limit = expires
        self.outcome: Outcome[T] | None = None
        self._operation = operation
        self._on_progress = on_progress
        self._request: Request | None = None
        self._ending: DeviceError | None = None

    @property
    def request(self) -> Request:
        """What the operation waits for."""
        if self._request is None:
            raise RuntimeError("the operation waits for nothing")
        return self._request

    @property
    def ending(self) -> bool:
        """It was cancelled or its time is over, and it is tidying up."""
        return self._ending is not None

    def start(self) -> None:
        """Run up to the first request."""
        self._step(self._operation.send, None)

    def answer(self, value: Any) -> None:
        """Give the answer to the request."""
        self._step(self._operation.send, value)

    def fail(self, error: DeviceError) -> None:
        """Throw a failure of the wire in at the request."""
        self._step(self._operation.throw, error)

    def end_early(self, error: DeviceError, now: float) -> None:
        """Throw ``Cancelled`` or ``Timeout`` in, which leaves time to tidy up. If that too is over: close."""
        if self._ending is not None:
            self._operation.close()
            self._finish(Failed(self._ending))
            return
        self._ending = error
        self.limit = now + TIDY_SECONDS
        self.fail(error)

    def never_start(self, error: DeviceError) -> None:
        """End an operation that was not started."""
        self._operation.close()
        self._finish(Failed(error))

    def _step(self, step: Callable[[Any], Request], given: Any) -> None:
        try:
            request = step(given)
            while isinstance(request, Progress):
                if self._on_progress is not None:
                    self._on_progress(request.step)
                request = self._operation.send(None)
        except StopIteration as stop:
            self._finish(Done(stop.value))
        except DeviceError as error:
            # The frames of the operation would keep what it read from the card alive for as long as the error lives.
            error.__cause__ = error.__context__ = None
            self._finish(Failed(error.with_traceback(None)))
        else:
            self._request = request

    def _finish(self, outcome: Outcome[T]) -> None:
        self._request = None
        self.outcome = outcome
