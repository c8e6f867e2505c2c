"""The loop and a pass by hand may bring packages at once: neither takes anything from the other."""

from __future__ import annotations

import hashlib
import threading

from offline_store.durable import alone, make_folder
from sync.client.outcomes import Done, Later
from sync.packages import Generation, PackageFolder


def test_a_newer_list_that_the_other_pass_brought_meanwhile_is_not_rolled_back(house, terminal, package):
    house.release(package(version=1))
    terminal.sync()
    house.forward(seconds=1)
    house.release(package(version=2))

    def slow(request, ask):
        answer = ask(request)
        if "content" in request.path:
            house.forward(seconds=1)
            house.release(package(version=3))
            assert terminal.sync() == Done(1)
        return answer

    assert terminal.sync(slow) == Later("packages-changed")
    assert terminal.held == {"rules/retirement": 3}
    assert terminal.sync() == Done()
    assert terminal.held == {"rules/retirement": 3}


def test_the_first_packages_of_two_passes_are_kept_once(house, terminal, package):
    house.release(package())

    def slow(request, ask):
        answer = ask(request)
        if "content" in request.path:
            terminal.sync()
        return answer

    assert terminal.sync(slow) == Later("packages-changed")
    assert PackageFolder(terminal.data).current() == 1
    assert terminal.held == {"rules/retirement": 1}


def generation(number):
    content = f"content {number}".encode()
    contents = {hashlib.sha256(content).hexdigest(): content}
    return Generation((), *(f"{role} {number}".encode() for role in ("t", "s", "l")), contents)


def test_nobody_changes_packages_while_another_process_does(tmp_path):
    one = PackageFolder(tmp_path)
    assert one.keep(generation(1), None)
    kept = []
    other = threading.Thread(
        target=lambda: kept.append(PackageFolder(tmp_path).keep(generation(2), generation_held(1)))
    )
    make_folder(tmp_path / "packages")
    with alone(tmp_path / "packages"):
        other.start()
        other.join(0.3)
        assert sorted(path.name for path in (tmp_path / "packages").iterdir()) == ["1", "current"]
    other.join()
    assert (kept, one.current(), one.held()) == ([True], 2, generation_held(2))
    assert not one.keep(generation(3), generation_held(1))
    assert one.current() == 2


def generation_held(number):
    """As it is read from the disk: without its contents."""
    made = generation(number)
    return Generation(made.roots, made.timestamp, made.snapshot, made.targets)
