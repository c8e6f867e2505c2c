"""A serial line over pyserial: opened when first needed, given up at the first fault, opened anew on the next request.

The path must be a stable name (udev symlink), since a device that was unplugged comes back under another number.
pyserial 3.5 raises SerialException, bare OSError (EIO from ``in_waiting``, ENOTTY from modem lines that a pty does not
have), termios.error and, when a port dies under a call, TypeError; none of them leaves this module.
"""

import errno
import select
import termios
from dataclasses import dataclass
from typing import Any, Final

import serial

from drivers.errors import DeviceBusy, DeviceError, LinkLost, NoDevice, Timeout
from drivers.operation import ReadUntil, Request, SetBaud, Write

_GONE: Final = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR, errno.ELOOP})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})
_TAKEN: Final = frozenset({errno.EBUSY, errno.EAGAIN})
_ODD_ERRORS: Final = (OSError, termios.error, TypeError)  # SerialException is an OSError


@dataclass(frozen=True)
class SerialSettings:
    """Where the device is and how it speaks; always 8 data bits, no parity, 1 stop bit.

    ``write_seconds``: a device that takes no byte for that long (out of paper, flow control) is a Timeout.
    """

    path: str
    baud: int = 115200
    xonxoff: bool = False
    rtscts: bool = False
    write_seconds: float = 5.0


class SerialLink:
    """See ``drivers.lanes.Link``. Executes Write, ReadUntil and SetBaud.

    Errors: NoDevice (no such tty, or no right to it: fact ``reason``), DeviceBusy (held by another process), LinkLost
    (unplugged; the port is given up), Timeout (the device takes no bytes; what it did not take is thrown away here, so
    that it does not come out in front of the next job).
    """

    def __init__(self, device: str, settings: SerialSettings) -> None:
        """``device`` is the name in errors. Nothing is opened yet."""
        self._device = device
        self._settings = settings
        self._port: Any = None

    def perform(self, request: Request, deadline: float) -> Any:
        """Execute one request within ``deadline`` seconds."""
        port = self._opened()
        try:
            match request:
                case Write(data):
                    return self._write(port, data, min(deadline, self._settings.write_seconds))
                case ReadUntil(seconds):
                    return self._read(port, min(deadline, seconds))
                case SetBaud(rate):
                    port.baudrate = rate
                    return None
        except serial.SerialTimeoutException:
            self._forget_output()
            raise Timeout(self._device, doing="write") from None
        except _ODD_ERRORS as error:
            self.close()
            raise LinkLost(self._device, reason=_word(error)) from None
        raise ValueError(f"a serial line cannot {request!r}")  # a mistake of the program

    def interrupt(self) -> None:
        """Let a waiting read come back at once. A write is not interrupted: it is bounded by ``write_seconds``."""
        port = self._port
        if port is None:
            return
        try:
            port.cancel_read()
        except _ODD_ERRORS:
            return  # the port went away meanwhile, which has woken the reader already

    def close(self) -> None:
        """Let go of the tty. What it has not sent is thrown away: closing would wait for it, up to 30 s."""
        port, self._port = self._port, None
        if port is None:
            return
        for step in (port.reset_output_buffer, port.close):
            try:
                step()
            except _ODD_ERRORS:
                continue  # a tty that is gone cannot be let go of any better

    def _opened(self) -> Any:
        if self._port is None:
            settings = self._settings
            try:
                self._port = serial.Serial(
                    settings.path,
                    baudrate=settings.baud,
                    xonxoff=settings.xonxoff,
                    rtscts=settings.rtscts,
                    exclusive=True,
                )
            except _ODD_ERRORS as error:
                raise self._why_not_opened(error) from None
        return self._port

    def _why_not_opened(self, error: Exception) -> DeviceError:
        number = getattr(error, "errno", None)
        if number in _TAKEN:
            return DeviceBusy(self._device)
        if number in _FORBIDDEN:
            return NoDevice(self._device, reason="not permitted")
        if number in _GONE:
            return NoDevice(self._device, reason="no such tty")
        return NoDevice(self._device, reason=_word(error))

    def _write(self, port: Any, data: bytes, seconds: float) -> None:
        # pyserial spins on a tty whose buffer is already full; wait for room without using the processor
        if not select.select([], [port.fileno()], [], seconds)[1]:
            raise serial.SerialTimeoutException
        port.write_timeout = seconds
        port.write(data)

    def _read(self, port: Any, seconds: float) -> bytes:
        port.timeout = seconds
        first: bytes = port.read(1)
        if not first:
            return b""
        rest: bytes = port.read(port.in_waiting)
        return first + rest

    def _forget_output(self) -> None:
        try:
            self._port.reset_output_buffer()
        except _ODD_ERRORS:
            self.close()


def _word(error: Exception) -> str:
    """A short word for an odd error: the system's name of it, or its kind; never its text, which holds the path."""
    number = getattr(error, "errno", None)
    return errno.errorcode.get(number, type(error).__name__) if isinstance(number, int) else type(error).__name__
