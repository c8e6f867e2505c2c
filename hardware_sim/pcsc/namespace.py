"""The few system calls that make a namespace habitable and its children mortal. Linux only."""

import ctypes
import fcntl
import os
import signal
import socket
import struct
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 0x1
_TCP_LISTEN: Final = "0A"

_libc = ctypes.CDLL(None, use_errno=True)


def bring_loopback_up() -> None:
    """A fresh network namespace has `lo`, switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sH14x", b"lo", 0)
        _, flags = struct.unpack("16sH14x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def cover_with_tmpfs(folder: Path) -> None:
    """Mount an empty tmpfs over an existing folder, for this namespace only. Raises OSError."""
    if _libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(folder))


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, however the parent ends. Survives exec."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def is_listening(port: int) -> bool:
    """True when something in this network namespace listens on the TCP port (asked without connecting to it)."""
    for line in Path("/proc/self/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == _TCP_LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
            return True
    return False
