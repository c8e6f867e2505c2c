"""What the owner of a lane sees: submit an operation, get one outcome, cancel by the ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

from drivers.errors import DeviceError
from drivers.operation import Operation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The operation returned this."""

    value: T


@dataclass(frozen=True, slots=True)
class Failed:
    """The operation ended with an expected fault. The error holds no traceback: frames would keep personal data."""

    error: DeviceError


Outcome: TypeAlias = Done[T] | Failed


class LaneStoppedError(RuntimeError):
    """Somebody gave work to a lane that was stopped, or that ended by a bug. A mistake of the program."""


class Ticket(Protocol):
    """A submitted operation."""

    def cancel(self) -> None:
        """Throw ``Cancelled`` in at the operation's next chance. Its outcome still comes, once. Idempotent."""


class Lane(Protocol):
    """One device's queue of operations."""

    def submit(
        self,
        operation: Operation[T],
        on_outcome: Callable[[Outcome[T]], None],
        *,
        deadline: float,
        on_progress: Callable[[str], None] | None = None,
    ) -> Ticket:
        """Queue an operation.

        deadline     seconds from now, waiting in the queue included; when they are over ``Timeout`` is thrown in
        on_outcome   called once, on the lane's thread
        on_progress  called with each step the operation reports, on the lane's thread
        """
