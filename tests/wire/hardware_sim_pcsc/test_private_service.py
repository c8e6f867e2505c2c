"""The private service itself: alone, clean, mortal, and honest about machines that cannot run it."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.pcsc.bench import PcscBench, Programs
from hardware_sim.pcsc.errors import BenchGoneError, PcscUnavailableError, RefusedError
from hardware_sim.people import persona

ROOT = Path(__file__).parents[3]
USER = "Kiosk User 00 00"
PRESENT, EMPTY = 0x20, 0x10


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_dead(*pids: int) -> None:
    deadline = time.monotonic() + 20
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "somebody lives on"
        time.sleep(0.01)


def test_two_services_on_one_machine_do_not_meet(
    bench: PcscBench, tmp_path_factory: pytest.TempPathFactory, clients: Callable[..., Any]
) -> None:
    with PcscBench(tmp_path_factory.mktemp("b")) as other:
        one, two = clients(bench), clients(other)
        bench.insert(persona("worker"))
        other.insert(persona("pensioner"))
        assert one.wait_for(PRESENT)["atr"].endswith("01")
        assert two.wait_for(PRESENT)["atr"].endswith("02")
        bench.remove()
        one.wait_for(EMPTY)
        assert two.ask("state", reader=USER)["flags"] & PRESENT


def test_nothing_of_the_private_service_listens_on_the_machine(bench: PcscBench) -> None:
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    listening = {int(line.split()[1].rpartition(":")[2], 16) for line in lines if line.split()[3] == "0A"}
    assert not listening & {35963, 35964, 35965, 35966}


def test_stopping_leaves_no_process_and_no_socket(state_dir: Path) -> None:
    bench = PcscBench(state_dir)
    bench.start()
    host, pcscd = bench.pid, bench.status()["pcscd"]
    assert host is not None
    assert is_alive(host)
    assert is_alive(pcscd)
    assert bench.socket_path.exists()
    bench.stop()
    wait_until_dead(host, pcscd)
    assert not bench.socket_path.exists()
    bench.stop()
    bench.start()
    assert bench.status()["slots"]["psam"]["card"] == "psam"
    bench.stop()


def test_a_killed_station_takes_its_service_with_it(state_dir: Path) -> None:
    script = (
        "import json, sys; from pathlib import Path; from hardware_sim.pcsc.bench import PcscBench\n"
        "bench = PcscBench(Path(sys.argv[1])); bench.start()\n"
        "print(json.dumps([bench.pid, bench.status()['pcscd']]), flush=True); sys.stdin.read()"
    )
    station = subprocess.Popen(
        [sys.executable, "-c", script, str(state_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert station.stdout is not None
    host, pcscd = json.loads(station.stdout.readline())
    station.kill()
    station.communicate()
    wait_until_dead(host, pcscd)


def test_a_killed_host_takes_pcscd_with_it_and_the_bench_says_so(bench: PcscBench) -> None:
    host, pcscd = bench.pid, bench.status()["pcscd"]
    assert host is not None
    os.kill(host, signal.SIGKILL)
    wait_until_dead(pcscd)
    with pytest.raises(BenchGoneError, match=r"start it again"):
        bench.status()


def test_a_host_told_to_end_ends_with_pcscd(bench: PcscBench) -> None:
    host, pcscd = bench.pid, bench.status()["pcscd"]
    assert host is not None
    os.kill(host, signal.SIGTERM)
    wait_until_dead(host, pcscd)


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def interpreter_for_nobody() -> str | None:
    """An interpreter of our version that a user without rights can execute; root's own may live in root's home."""
    same_version = f"import sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    for candidate in (sys.executable, "/usr/bin/python3"):
        # The shell between looks the program up without the rights that setpriv still has.
        tried = subprocess.run(
            [*NOBODY, "sh", "-c", 'exec "$0" -c "$1"', candidate, same_version], capture_output=True, check=False
        )
        if tried.returncode == 0:
            return candidate
    return None


def test_the_service_runs_without_any_rights(state_dir: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the other tests of this file run without rights already")
    interpreter = interpreter_for_nobody()
    if interpreter is None:
        pytest.skip("no interpreter of this version that a user without rights can execute")
    script = (
        "import sys; from pathlib import Path; from hardware_sim.pcsc.bench import PcscBench\n"
        "with PcscBench(Path(sys.argv[1])) as bench: print(sorted(bench.status()['slots']))"
    )
    os.chown(state_dir, 65534, 65534)
    packages = os.pathsep.join([str(ROOT), sysconfig.get_path("platlib")])
    done = subprocess.run(
        [*NOBODY, interpreter, "-c", script, str(state_dir)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("['psam', 'user']\n", "")


@pytest.mark.parametrize(
    ("programs", "code", "remedy"),
    [
        (Programs(pcscd=Path("/nowhere/pcscd")), "no-pcscd", "apt-get install pcscd"),
        (Programs(driver=Path("/nowhere/lib.so")), "no-vpcd", "apt-get install vsmartcard-vpcd"),
        (Programs(unshare=Path("/nowhere/unshare")), "no-unshare", "apt-get install util-linux"),
        (Programs(unshare=Path("/bin/false")), "no-namespaces", "run as root"),
        (Programs(pcscd=Path("/bin/false")), "no-start", "host.log"),
    ],
)
def test_a_machine_that_cannot_run_it_is_told_with_the_remedy(
    state_dir: Path, programs: Programs, code: str, remedy: str
) -> None:
    bench = PcscBench(state_dir, programs)
    with pytest.raises(PcscUnavailableError) as told:
        bench.start()
    assert told.value.code == code
    assert remedy in told.value.remedy
    assert bench.pid is None


def test_a_state_directory_too_deep_for_a_socket_is_told_before_anything_starts(state_dir: Path) -> None:
    with pytest.raises(PcscUnavailableError, match="shorter state directory"):
        PcscBench(state_dir / ("d" * 100)).start()


def test_requests_that_make_no_sense_now_are_refused_and_harm_nothing(bench: PcscBench) -> None:
    with pytest.raises(RefusedError, match="no card in the user reader"):
        bench.remove()
    with pytest.raises(RefusedError, match="no card in the user reader"):
        bench.trouble(slow=1.0)
    bench.insert(persona("worker"))
    with pytest.raises(RefusedError, match="already"):
        bench.insert(persona("pensioner"))
    with pytest.raises(RefusedError, match="pull_after"):
        bench.trouble(pull_after=-1)
    with pytest.raises(RefusedError, match="jam"):
        bench.trouble(jam=True)
    with pytest.raises(RefusedError, match="started already"):
        bench.start()
    bench.insert_foreign(swap=True)
    with pytest.raises(RefusedError, match="no PIN"):
        bench.lock_pin()
    assert bench.status()["slots"]["user"]["card"] == "foreign"


def test_a_bench_that_was_never_started_says_so(state_dir: Path) -> None:
    with pytest.raises(BenchGoneError, match="Start it first"):
        PcscBench(state_dir).status()


def test_no_log_holds_what_a_person_typed_or_owns(bench: PcscBench, client: Any, state_dir: Path) -> None:
    person = persona("worker")
    bench.insert(person)
    client.wait_for(PRESENT)
    client.ask("connect", reader=USER)
    client.send("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
    client.send("0020000003987654")
    client.send("00B2012D40")
    written = b"".join(path.read_bytes() for path in (state_dir / "pcsc").glob("*.log"))
    written += json.dumps(bench.status(), ensure_ascii=False).encode()
    for secret in ("987654", "98 76 54", "987 654", person.id_number, person.name, person.card.number):
        assert secret.encode() not in written
