"""`kiosk benefits evaluate` as an agency types it: one line in, one line out, whatever the line is."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import random
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.benefits.lines import MOST_OCTETS, answered, document, lines_of, parsed, written
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.vocabulary import ValueUnfit
from tests.benefits.running import all_cases, asked

KIOSK = str(Path(sys.executable).with_name("kiosk"))
SCREEN = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {
    "TERM": "xterm-256color",
    "COLUMNS": "120",
}
MAN = {"rule": "R-RET-AGE", "facts": {"birth_month": "1965-01", "category": "male"}, "as_of": "2026-11-22"}
GOOD = json.dumps(MAN).encode()


def kiosk(*words: str, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, away from any data directory."""
    return subprocess.run(
        [KIOSK, "benefits", *words],
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
        cwd=tempfile.gettempdir(),
        env={**os.environ, **environment},
    )


def answers(octets: bytes) -> list[dict]:
    """What the function behind the command answers, line by line."""
    book = shipped_book()
    out = b"".join(written(document(book, line, answered(book, line))) for line in lines_of(BytesIO(octets)))
    return [json.loads(each) for each in out.decode("utf-8").splitlines()]


def error(line: bytes) -> dict:
    (found,) = answers(line + b"\n")
    assert found.keys() == {"line", "error"}
    assert found["line"] == 1
    assert found["error"].keys() == {"field", "given", "wanted"}
    return found["error"]


def test_the_command_answers_each_line_in_order_with_errors_among_them():
    first_of_a_group = b'{"rule":"R-RET-AGE","facts":{"birth_month":"1964-12","category":"male"},"as_of":"2026-11-22"}'
    done = kiosk("evaluate", given=b"\n".join((GOOD, b"", b"{", first_of_a_group)))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each.get("line") for each in found] == [None, 2, 3, None]
    assert found[0]["outcome"] == "COMPUTED"
    assert found[0]["result"] == {
        "statutory_month": "2025-02",
        "delay_months": 1,
        "age_years": 60,
        "age_months": 1,
    }
    assert found[3]["result"]["delay_months"] == 0
    assert done.stderr == b""
    assert done.returncode == 1


def test_every_line_answered_is_exit_0_whatever_the_outcomes_are(tmp_path):
    short = b'{"rule":"R-RET-MIN","facts":{"claim_month":"2030-05","contribution_months":180,"deemed_months":0},"as_of":"2026-11-22"}'  # noqa: E501 - a line
    file = tmp_path / "people.ndjson"
    file.write_bytes(short + b"\r\n" + GOOD)
    done = kiosk("evaluate", str(file))
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["NOT_ELIGIBLE", "COMPUTED"]
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_lines_are_no_answers():
    done = kiosk("evaluate")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_whoever_asks_one_at_a_time_has_each_answer_before_the_next_question():
    with subprocess.Popen([KIOSK, "benefits", "evaluate"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for month, wanted in (("1965-01", "2025-02"), ("1965-08", "2025-10")):
            question = {**MAN, "facts": {"birth_month": month, "category": "male"}}
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["result"]["statutory_month"] == wanted
        process.stdin.close()
        assert process.wait(60) == 0


def test_a_reader_that_goes_away_early_is_no_noise():
    # more than any pipe holds, so that the command meets the closed end
    script = f"yes '{GOOD.decode()}' | head -2000 | {KIOSK} benefits evaluate | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False, timeout=120)
    assert json.loads(done.stdout)["outcome"] == "COMPUTED"
    assert done.stderr == b""


def test_a_missing_file_and_unfit_packages_end_before_anything_is_answered(tmp_path):
    missing = kiosk("evaluate", str(tmp_path / "none.ndjson"))
    assert (missing.returncode, missing.stdout) == (3, b"")
    assert b"none.ndjson cannot be read" in missing.stderr
    broken = tmp_path / "broken.toml"
    broken.write_text("[package]\nkind = 'rules'\n", "utf-8")
    unfit = kiosk("evaluate", "--packages", str(broken), given=GOOD)
    assert (unfit.returncode, unfit.stdout) == (2, b"")
    assert b"broken.toml" in unfit.stderr
    assert b"Next: " in unfit.stderr


@pytest.mark.parametrize("language", ["zh", "en"])
def test_explain_tells_the_answer_its_figures_sources_articles_and_the_way_to_a_person(language):
    told = {**MAN, "facts": {"birth_month": {"value": "1965-01", "source": "declared"}, "category": "male"}}
    done = kiosk("evaluate", "--explain", "--language", language, given=json.dumps(told).encode())
    text = done.stdout.decode("utf-8")
    wanted = {
        "zh": ["法定退休年龄 R-RET-AGE：已测算（初步）", "2025年2月", "（您填写的，2026-11-22）", "按您填写的情况核对"],
        "en": ["Statutory retirement age R-RET-AGE: Worked out", "2025-02", "(as you entered it, 2026-11-22)"],
    }[language]
    both = ["人工复核", "附件1、附件2、附件3", "劳社部发〔1999〕8号"]
    assert [each for each in (*wanted, *both) if each not in text] == []
    assert "\x1b" not in text, "no colours in a pipe"


def test_explain_names_what_is_missing_and_what_would_follow_from_each_answer():
    woman = {"rule": "R-RET-AGE", "facts": {"birth_month": "1975-11", "sex": "female"}, "as_of": "2026-11-22"}
    done = kiosk("evaluate", "--explain", given=json.dumps(woman).encode() + b"\n[")
    text = done.stdout.decode("utf-8")
    wanted = [
        "离线无法判定",
        "您按哪一类退休？（category）",
        "2032年5月",
        "2026年5月",
        "原法定退休年龄类别未知",
        "第 2 行",
    ]
    assert [each for each in wanted if each not in text] == []
    assert done.returncode == 1


def test_on_a_terminal_the_tree_has_branches_and_colours():
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [KIOSK, "benefits", "evaluate", "--explain"], stdin=subprocess.PIPE, stdout=theirs, env=SCREEN
    )
    os.close(theirs)
    process.stdin.write(GOOD)
    process.stdin.close()
    shown = b""
    # the other end of a terminal that was closed cannot be read (EIO)
    with contextlib.suppress(OSError):
        while octets := os.read(ours, 65536):
            shown += octets
    os.close(ours)
    assert process.wait(60) == 0
    text = shown.decode("utf-8")
    for words in ("├── ", "\x1b[32m", "法定退休年龄 R-RET-AGE", "[满足] 出生年月：1965年1月"):
        assert words in text


def test_a_package_of_somebodys_comes_on_top_of_the_shipped_ones(tmp_path):
    (tmp_path / "990100-note.toml").write_text(
        """
[package]
kind = "rules"
name = "990100-note"
version = 1
valid_from = 2025-01-01
place = "990100"

[[overlay]]
rule = "R-RET-AGE"
mode = "add"
version = "note"
cites = ["sil-16"]
[[overlay.note]]
zh = "示例市：请到二楼窗口。"
en = "Example city: please go to the second floor."
""",
        "utf-8",
    )
    asked = json.dumps({**MAN, "place": "990100"}).encode()
    done = kiosk("evaluate", "--packages", str(tmp_path), given=asked)
    found = json.loads(done.stdout)
    assert found["jurisdiction_chain"] == ["CN", "990100"]
    assert "示例市：请到二楼窗口。" in [each["zh"] for each in found["disclaimers"]]


def test_no_screen_card_reader_store_or_network_is_loaded_for_it():
    program = (
        "import sys; sys.argv = ['kiosk', 'benefits', 'evaluate']\n"
        "from kiosk.cli import main\n"
        "try: main()\n"
        "finally: print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=GOOD, capture_output=True, check=False, timeout=120)
    loaded = set(done.stderr.decode().split())
    assert json.loads(done.stdout)["outcome"] == "COMPUTED"
    heavy = {"PySide6", "smartcard", "serial", "sqlcipher3", "sqlite3", "requests", "cryptography", "tuf", "rich"}
    assert loaded & (heavy | {"offline_store", "sync", "drivers", "ui"}) == set()
    assert "kiosk" in loaded


@pytest.mark.parametrize(
    ("line", "field", "given"),
    [
        (b"", "line", "an empty line"),
        (b" \t", "line", "an empty line"),
        (b"{", "line", "no JSON at character 2"),
        (b"\xef\xbb\xbf" + GOOD, "line", "no JSON at character 1"),
        (b'{"rule": "\xff"}', "line", "octets that are no UTF-8, from octet 11"),
        (b"null", "line", "nothing"),
        (b"[]", "line", "a list"),
        (b"[" * 100_000, "line", "JSON nested too deeply"),
        (b'{"a":' * 100_000, "line", "JSON nested too deeply"),
        (b"[1.5," + b"[" * 100_000, "line", "no JSON"),
        (b" " * MOST_OCTETS + GOOD, "line", f"more than {MOST_OCTETS} octets"),
        (b'{"facts": {"base_wage": 1.5}}', "facts.base_wage", "a binary fraction"),
        (b'{"facts": {"base_wage": {"value": 1e3}}}', "facts.base_wage.value", "a binary fraction"),
        (b'{"parameters": {"a": [1, {"b": -0.0}]}}', "parameters.a[1].b", "a binary fraction"),
        (b"1.0", "line", "a binary fraction"),
        (b'{"facts": {"months": NaN}}', "facts.months", "NaN or Infinity"),
        (b'{"facts": {"months": -Infinity}}', "facts.months", "NaN or Infinity"),
        (b'{"facts": {"months": ' + b"9" * 5000 + b"}}", "facts.months", "a number of 5000 digits"),
        (b'{"facts": {"sex": "male", "sex": "male"}}', "facts.sex", "the same name twice"),
        (b'{"rule": "R-RET-AGE", "rule": "R-RET-AGE"}', "rule", "the same name twice"),
        (b'{"rule": "R-NONE", "as_of": "2026-11-22"}', "rule", "a text"),
        (b'{"rule": ["R-RET-AGE"], "as_of": "2026-11-22"}', "rule", "a list"),
        (b'{"rule": "R-RET-AGE"}', "as_of", "nothing"),
        (b'{"rule": "R-RET-AGE", "as_of": "2026-02-30"}', "as_of", "text shaped '9999-99-99'"),
        (b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "when": 1}', "when", "a field of this name"),
        (b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "facts": []}', "facts", "a list"),
        (b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "place": "Peking"}', "place", "a text"),
        (b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "parameters": []}', "parameters", "a list"),
        (
            b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "facts": {"birth_day": "1965-01-01"}}',
            "facts.birth_day",
            "a fact of this name",
        ),
        (
            b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "facts": {"birth_month": "1965-13"}}',
            "facts.birth_month",
            "text shaped '9999-99'",
        ),
        (
            b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "facts": {"birth_month": 196501}}',
            "facts.birth_month",
            "a whole number",
        ),
        (
            b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "facts": {"sex": {"value": "male", "source": []}}}',
            "facts.sex.source",
            "a list",
        ),
        (
            b'{"rule": "R-RET-MIN", "as_of": "2026-11-22", "facts": {"contribution_months": 721}}',
            "facts.contribution_months",
            "a value too large",
        ),
        (
            b'{"rule": "R-RET-MIN", "as_of": "2026-11-22", "facts": {"contribution_months": true}}',
            "facts.contribution_months",
            "true or false",
        ),
        (
            b'{"rule": "R-RET-MIN", "as_of": "2026-11-22", "facts": {"claim_month\\ud800": 1}}',
            "facts.claim_month\ud800",
            "a fact of this name",
        ),
        (
            b'{"rule": "R-RET-MIN", "as_of": "2026-11-22", "parameters": {"pension_base": {"now": "1"}}}',
            "parameters.pension_base",
            "a key that is no year",
        ),
    ],
)
def test_what_is_wrong_with_a_line_is_its_answer(line, field, given):
    found = error(line)
    assert found["field"] == field
    assert found["given"].startswith(given)
    assert found["wanted"]


def test_the_line_after_one_that_is_too_long_is_answered():
    too_long = b'{"rule": "' + b"R" * (3 * MOST_OCTETS) + b'"}\n'
    first, second = answers(too_long + GOOD + b"\n")
    assert first["error"]["given"] == f"more than {MOST_OCTETS} octets"
    assert second["outcome"] == "COMPUTED"


def test_the_longest_line_that_may_be_is_answered():
    padded = GOOD + b" " * (MOST_OCTETS - len(GOOD))
    assert [each["outcome"] for each in answers(padded + b"\n" + padded)] == ["COMPUTED", "COMPUTED"]


def test_what_a_person_wrote_is_in_no_error():
    secret = b'{"rule": "R-RET-AGE", "as_of": "2026-11-22", "facts": {"birth_month": "110105198803", "sex": "SECRET"}}'
    text = json.dumps(error(secret))
    assert "110105198803" not in text
    assert "SECRET" not in text


def test_what_is_wrong_goes_through_a_with_block_as_it_is():
    @contextlib.contextmanager
    def block():
        yield

    with pytest.raises(ValueUnfit, match="line: an empty line was given"), block():
        parsed(b"")


QUESTIONS = [json.dumps(asked(case)).encode() for case in all_cases()]
SCRAPS = [b"1.5", b"NaN", b"null", b"[]", b"{}", b'""', b"true", b"-1", b"9" * 30, b'"2026-02-29"', b"\\ud800", b"\x00"]


def test_lines_cut_off_and_damaged_are_answered_one_by_one():
    chance = random.Random(5)
    spoilt = []
    for _ in range(1500):
        line = bytearray(chance.choice(QUESTIONS))
        match chance.randrange(4):
            case 0:
                del line[chance.randrange(len(line)) :]
            case 1:
                line[chance.randrange(len(line))] = chance.randrange(256)
            case 2:
                at = chance.randrange(len(line))
                line[at : at + chance.randrange(12)] = chance.choice(SCRAPS)
            case 3:
                at = chance.randrange(len(line))
                line[at:at] = line[at : at + chance.randrange(40)]
        spoilt.append(bytes(line).replace(b"\n", b" ").replace(b"\r", b" "))
    found = answers(b"\n".join(spoilt) + b"\n")
    assert len(found) == len(spoilt)
    for number, each in enumerate(found, 1):
        assert ("rule_id" in each) or each["line"] == number
    refused = sum("error" in each for each in found)
    assert 100 < refused < len(found), "some of both"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(["value", "source", "as_of", "complete_on", "2026", "pension", "cycle_days"])
shaped = anything | st.dictionaries(fields, anything, max_size=4)


@st.composite
def odd_questions(draw):
    """A good question with anything in place of one of its parts."""
    question = json.loads(draw(st.sampled_from(QUESTIONS)))
    part = draw(st.sampled_from(["rule", "facts", "as_of", "place", "parameters", "fact", "parameter"]))
    if part == "fact":
        names = list(question["facts"]) or ["category"]
        question["facts"][draw(st.sampled_from(names))] = draw(shaped)
    elif part == "parameter":
        question["parameters"][draw(st.sampled_from(sorted(shipped_book().parameter_kinds)))] = draw(shaped)
    else:
        question[part] = draw(anything)
    return question


@settings(max_examples=400, deadline=None, derandomize=True)
@given(odd_questions())
def test_anything_in_any_place_is_answered_or_named(question):
    (found,) = answers(json.dumps(question).encode())
    assert "rule_id" in found or found["error"]["field"]
