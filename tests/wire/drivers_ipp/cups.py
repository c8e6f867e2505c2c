"""A private CUPS scheduler on loopback with one queue, for the tests of this folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

CUPSD = shutil.which("cupsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
QUEUE = "kiosk"
_FOLDERS = ("spool/tmp", "cache", "state", "log")


class Scheduler:
    """`cupsd` in the foreground with everything it reads and writes in one folder; ended by its process id."""

    def __init__(self, folder: Path, device_uri: str) -> None:
        """The queue sends documents as they are (no filter) to the printer at `device_uri`."""
        assert CUPSD is not None
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True)
        (folder / "cups-files.conf").write_text(
            f"ServerRoot {folder}\nRequestRoot {folder}/spool\nTempDir {folder}/spool/tmp\nCacheDir {folder}/cache\n"
            f"StateDir {folder}/state\nAccessLog {folder}/log/access\nErrorLog {folder}/log/error\n"
            f"PageLog {folder}/log/page\n"
        )
        (folder / "cupsd.conf").write_text(
            f"Listen 127.0.0.1:{self.port}\nBrowsing No\nWebInterface No\nDefaultAuthType None\n"
            "<Location />\n  Order allow,deny\n  Allow all\n</Location>\n"
            "<Policy default>\n  <Limit All>\n    Order deny,allow\n    Allow all\n  </Limit>\n</Policy>\n"
        )
        # a job that failed must not be sent again by itself
        (folder / "printers.conf").write_text(
            f"<DefaultPrinter {QUEUE}>\nInfo {QUEUE}\nDeviceURI {device_uri}\nState Idle\nAccepting Yes\nShared No\n"
            "JobSheets none none\nErrorPolicy abort-job\n</DefaultPrinter>\n"
        )
        if os.geteuid() == 0:
            # what reaches the printer runs as lp then
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, group="lp")
                path.chmod(0o770 if path.is_dir() else 0o640)
        command = [CUPSD, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    @property
    def uri(self) -> str:
        """The queue."""
        return f"ipp://127.0.0.1:{self.port}/printers/{QUEUE}"

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _wait(self) -> None:
        ends = time.monotonic() + 20
        while time.monotonic() < ends and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        log = self.folder / "log" / "error"
        self.close()
        raise RuntimeError(f"cupsd did not come up: {log.read_text() if log.exists() else 'no log'}")
