"""`hardware-sim record …` and `hardware-sim replay`: keep what passes on the wires, and ask it again."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hardware_sim.command_line import NO, USAGE, JsonOption, StateOption, ask_station, stop

if TYPE_CHECKING:
    from hardware_sim.recording.file import Recording
    from hardware_sim.recording.replay import Report

recordings = typer.Typer(
    help="录下线上的字节。Keep what passes on the wires; PINs and keys are blanked.",
    no_args_is_help=True,
    add_completion=False,
)


@recordings.command()
def start(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet (NDJSON).")],
    state: StateOption = None,
) -> None:
    """开始录制。Keep from now on."""
    answer = ask_station(state, {"record": str(file.absolute())})
    if not answer["ok"]:
        raise stop(NO, str(answer["error"]))


@recordings.command("stop")
def stop_(state: StateOption = None, as_json: JsonOption = False) -> None:
    """停止录制。Keep no more; says how many lines there are."""
    answer = ask_station(state, {"stop_recording": True})
    if not answer["ok"]:
        raise stop(NO, str(answer["error"]))
    typer.echo(json.dumps({"lines": answer["lines"]}) if as_json else f"{answer['lines']} lines")


def replay_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording.")],
    serve: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="Play this recorded serial device to a driver instead.")
    ] = None,
    at: Annotated[Path | None, typer.Option(metavar="PATH", help="Where its tty shall be.")] = None,
    as_json: JsonOption = False,
) -> None:
    """回放并比对。Ask fresh devices the same; exit 1 if they answer otherwise. Or serve one recorded device."""
    from hardware_sim.recording.file import RecordingError, read_recording

    try:
        recording = read_recording(file)
    except RecordingError as error:
        raise stop(USAGE, str(error)) from None
    if serve is not None:
        _serve(recording, serve, at)
        return
    from hardware_sim.recording.replay import replay

    report = replay(recording)
    typer.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2) if as_json else _as_text(report))
    if not report.same:
        raise stop(NO, "")


def _as_json(report: Report) -> dict[str, object]:
    wires = [
        {
            "device": wire.device,
            "asked": wire.asked,
            "answered": wire.answered,
            "difference": None
            if wire.difference is None
            else {
                "offset": wire.difference.offset,
                "at": wire.difference.at,
                "recorded": wire.difference.recorded.hex(" ").upper(),
                "replayed": wire.difference.replayed.hex(" ").upper(),
            },
        }
        for wire in report.wires
    ]
    return {
        "same": report.same,
        "wires": wires,
        "not_replayed": list(report.not_replayed),
        "not_said": list(report.not_said),
    }


def _as_text(report: Report) -> str:
    lines = []
    for wire in report.wires:
        lines.append(
            f"{wire.device:<16}  {wire.asked} bytes asked, {wire.answered} answered  "
            + ("same" if wire.difference is None else "DIFFERENT")
        )
        if wire.difference is not None:
            lines += [
                f"  byte {wire.difference.offset}, {wire.difference.at:.3f} s",
                f"  recorded  {wire.difference.recorded.hex(' ').upper() or 'nothing'}",
                f"  now       {wire.difference.replayed.hex(' ').upper() or 'nothing'}",
            ]
    lines += [f"not asked again: {device}" for device in report.not_replayed]
    lines += [f"not said again: {phrase}" for phrase in report.not_said]
    return "\n".join(lines) or "Nothing passed on any wire."


def _serve(recording: Recording, device: str, at: Path | None) -> None:
    from hardware_sim.recording.decoders import DECODERS
    from hardware_sim.recording.served import RecordedDevice
    from hardware_sim.station.hall import SERIAL_DEVICES
    from hardware_sim.wires.pty import PtyWire

    if device not in SERIAL_DEVICES:
        raise stop(USAGE, f"«{device}» cannot be served. Serial devices are: {', '.join(SERIAL_DEVICES)}.")
    passed = recording.of(device)
    if not passed:
        raise stop(NO, f"Nothing passed on the wire of {device} in this recording.")
    link = (at if at is not None else Path(f"{device}.tty")).absolute()
    if link.exists() or link.is_symlink():
        raise stop(NO, f"{link} is there already. Choose another path with --at.")
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    wire = PtyWire(RecordedDevice(passed, DECODERS[device]()), link)
    try:
        typer.echo(f"{device} as recorded: {link}\nready")
        end.wait()
        for remark in wire.look(lambda served: list(served.remarks)):
            typer.echo(remark, err=True)
    finally:
        wire.close()
