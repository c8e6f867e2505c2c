"""`kiosk certificate verify`: is this paper genuine? Answers without a network, from what this terminal trusts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Json

app = typer.Typer(help="Certificates on paper.", no_args_is_help=True)


@app.command("verify")
def verify_command(
    what: Annotated[str, typer.Argument(metavar="FILE|CODE", help="a PDF, or what a scanner read from the QR code")],
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="data directory whose trust counts", envvar="KIOSK_DATA")
    ],
    as_json: Json = False,
) -> None:
    """0 genuine (also when its time is over), 1 not genuine or revoked, 3 cannot be verified here."""
    from kiosk.certificates.verifying import authorities_of, verify_pdf
    from sync.protocol.certificate_code import CodeUnreadableError, RegisterAnswer, decide, read_text
    from sync.trust import NotEnrolled, RevocationFile, read_trust

    try:
        trust = read_trust(data)
    except NotEnrolled as error:
        refuse(Exit.UNKNOWN, str(error), why="not-enrolled", next_step=error.remedy, as_json=as_json)
    revocations = RevocationFile(data, trust).current()
    now = datetime.now(UTC)
    path = Path(what)
    if path.suffix.lower() == ".pdf" or path.is_file():
        authorities = authorities_of(trust, revocations)
        try:
            verdict = verify_pdf(path, authorities, RegisterAnswer.NOT_ASKED, now)
        except OSError as error:
            sentence = f"{path} cannot be read ({error.strerror})"
            refuse(Exit.UNKNOWN, sentence, why="file", next_step="give an existing file", as_json=as_json)
        document: dict[str, Any] = {
            "answer": verdict.outcome.name.lower().replace("_", "-"),
            "reason": verdict.reason.code,
            "zh": verdict.reason.zh,
            "en": verdict.reason.en,
            "signer": verdict.signer,
            "signed_at": verdict.signed_at.isoformat() if verdict.signed_at else None,
            "code": _code_document(verdict.code) if verdict.code else None,
        }
        answer(document, as_json=as_json)
        raise typer.Exit(verdict.outcome.value)
    try:
        presented = read_text(what)
    except CodeUnreadableError as error:
        step = "scan the code again, or give the PDF file"
        refuse(Exit.UNKNOWN, str(error), why="unreadable", next_step=step, as_json=as_json)
    decided = decide(presented, trust.issuers, revocations, RegisterAnswer.NOT_ASKED, now)
    answer(_code_document(decided), as_json=as_json)
    raise typer.Exit(_EXIT[decided.answer.code])


_EXIT = {
    "genuine_valid": int(Exit.DONE),
    "genuine_expired": int(Exit.DONE),
    "not_genuine_or_revoked": int(Exit.NO),
    "cannot_verify": int(Exit.UNKNOWN),
}


def _code_document(verdict: Any) -> dict[str, Any]:
    facts = verdict.facts
    return {
        "answer": verdict.answer.code,
        "reason": verdict.reason.code,
        "zh": [verdict.text_zh, *verdict.remarks_zh],
        "en": [verdict.text_en, *verdict.remarks_en],
        "demo": verdict.demo,
        "compare_each_line_with_the_paper": dict(facts.facts) if facts else None,
        "number": facts.number if facts else None,
        "name": facts.name_masked if facts else None,
    }
