"""The centre orders a wipe: the terminal lets go, says that it is out of use, and nothing opens any more."""

from __future__ import annotations

import json
import time
from contextlib import closing

import pytest

from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider
from offline_store.wiping import wipe_stores, wiping
from sync.client.http import HttpSender
from sync.passes import open_worker
from sync.wiping import begun

KEPT = ["journal.open", "terminal.toml", "wiped.json"]
AT = "2026-11-22T00:30:00.000Z"


class PowerCut(Exception):  # noqa: N818 - what happens
    """The machine stops here."""


def keys_of(hall):
    data = DataDirectory(hall.data)
    return key_provider(data.load_settings(), data, quiet=True)


def order_wipe(hall):
    done = hall.command(
        "kiosk-gateway", "order", hall.number, "wipe", "--reason", "stolen", "--data", str(hall.world.gateway)
    )
    assert done.returncode == 0, done.stderr


def left(hall):
    return sorted(path.name for path in hall.data.rglob("*") if path.is_file())


def until_wiped(hall):
    deadline = time.monotonic() + 30
    while (mark := wiping(hall.data)) is None or mark.done_at is None:
        assert time.monotonic() < deadline, "it was not wiped"
        time.sleep(0.05)
    assert left(hall) == KEPT


def nothing_opens(hall):
    """Neither a command nor a new start."""
    for words in (("sync", "now"), ("sync", "run"), ("journal", "verify")):
        done = hall.command("kiosk", *words, "--data", str(hall.data))
        assert done.returncode != 0, words
        assert "Traceback" not in done.stderr
    assert "wiped" in hall.command("kiosk", "sync", "now", "--data", str(hall.data)).stderr
    hall.start()
    out = hall.kiosk.until("C99")
    assert out.code == "SY-03"
    assert hall.kiosk.stop() == 0
    assert {screen.page for screen in hall.kiosk.screens} == {"C99"}
    assert left(hall) == KEPT


def test_a_running_terminal_lets_go_is_wiped_by_sync_now_and_stays_out_of_use(another):
    hall = another()
    hall.start()
    hall.kiosk.until("C00")
    order_wipe(hall)
    assert hall.sync()["wiped"] is True
    out = hall.kiosk.until("C99", where=lambda screen: screen.code == "SY-03")
    assert out.body["reason"] == "本机已停用，请换一台机器"
    until_wiped(hall)
    hall.kiosk.mark()
    hall.happen("insert card worker")
    hall.kiosk.tell(press="wake")
    assert hall.kiosk.running, "it stays, with its page"
    assert hall.kiosk.stop() == 0
    assert hall.kiosk.screen.code == "SY-03"
    hall.happen("remove card")
    (done,) = json.loads(
        hall.command("kiosk-gateway", "orders", hall.number, "--json", "--data", str(hall.world.gateway)).stdout
    )
    assert (done["command"], done["state"]) == ("wipe", "wiping")
    assert {row["state"] for row in hall.records()} <= {"accepted", "received"}
    nothing_opens(hall)


@pytest.mark.parametrize("last", ["key store", "key terminal", "file centre.json", "done"])
def test_a_terminal_that_starts_after_a_power_cut_ends_the_wipe_and_opens_nothing(another, last):
    hall = another()

    def cut(step):
        if step == last:
            raise PowerCut

    with pytest.raises(PowerCut):
        wipe_stores(hall.data, keys_of(hall), reason="ordered", at=AT, step=cut)
    hall.start()
    out = hall.kiosk.until("C99")
    assert (out.code, out.body["since"]) == ("SY-03", "2026-11-22 08:30")
    until_wiped(hall)
    assert hall.kiosk.stop() == 0
    assert {screen.page for screen in hall.kiosk.screens} == {"C99"}
    nothing_opens(hall)


@pytest.mark.parametrize("who", ["terminal", "sync now", "sync run"])
def test_a_cut_before_the_mark_changes_nothing_for_the_order_is_on_the_disk(another, who):
    hall = another()
    order_wipe(hall)
    address = json.loads((hall.world.folder / "gateway-ready.json").read_text("utf-8"))["gateway_url"]
    with closing(open_worker(hall.data, keys_of(hall), lambda _: HttpSender(address))) as worker:
        worker.all_jobs("operator")
    assert wiping(hall.data) is None
    assert begun(hall.data) is not None
    if who == "terminal":
        hall.start()
        assert hall.kiosk.until("C99").code == "SY-03"
        until_wiped(hall)
        assert hall.kiosk.stop() == 0
    else:
        done = hall.command("kiosk", *who.split(), "--data", str(hall.data))
        assert done.returncode == 1, done.stderr
        assert "wiped" in done.stderr
    assert left(hall) == KEPT
