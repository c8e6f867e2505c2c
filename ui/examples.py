"""Example screens: every page and every state of it that looks different, with invented and masked people.

Pictures, the page matrix and tests show them. Sentences come from the catalogue, so that a picture shows what people
read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kiosk.screen import (
    Body,
    Cell,
    Confirm,
    Figure,
    Goodbye,
    Home,
    Identify,
    IdleWarning,
    Language,
    Menu,
    Notice,
    Option,
    OutOfService,
    Page,
    Pin,
    Preferences,
    Processing,
    Question,
    Reading,
    Result,
    ResultKind,
    ResultTable,
    Screen,
    Standby,
    StatusStrip,
    StepState,
    TakeThings,
    TextSize,
    Thing,
    ThingState,
    Tile,
    Tone,
)
from kiosk.text import Text, bilingual, text, verbatim
from ui.check_examples import samples

STRIP = StatusStrip(
    online=True, data_as_of="2026-11-20", pending=0, oldest_pending=None, clock="21:46", terminal="T001"
)
NAME = "王*兰"
REFERENCE = "T001-20261122-1-000042-K"
# a sentence in both languages, for what no service says yet
Say = Callable[[str, str], Text]
OFFLINE = replace(STRIP, online=False, pending=3, oldest_pending="19:05")


def examples(language: Language, size: TextSize) -> Mapping[str, Screen]:
    """Name -> screen, in one language and size. The name begins with the page's id."""

    def say(chinese: str, english: str) -> Text:
        return verbatim(chinese if language is Language.ZH else english)

    preferences = Preferences(language, size)
    rows = 5 if size is TextSize.ELDER else 10
    shown = {
        **_before_a_session(),
        **_identification(),
        **_answers(rows),
        **_checks(),
        **_questions(say),
        **_ends(say),
    }
    return {name: replace(screen, preferences=preferences) for name, screen in shown.items()}


def _screen(
    page: Page, body: Body, *, strip: StatusStrip = STRIP, back: bool = True, leave: bool = True, idle: int = 0
) -> Screen:
    return Screen(
        page=page,
        body=body,
        preferences=Preferences(),
        strip=strip,
        can_back=back,
        can_exit=leave,
        idle_warning=IdleWarning(idle) if idle else None,
    )


def _tile(item: str, icon: str, fault: str = "") -> Tile:
    return Tile(
        item,
        text(f"item.{item}.title"),
        text(f"item.{item}.subtitle"),
        icon,
        available=not fault,
        reason=text(f"fault.{fault}.title") if fault else None,
    )


TILES = (
    _tile("SI-01", "shield"),
    _tile("SI-02", "list"),
    _tile("SI-04", "certificate"),
    _tile("SI-11", "calendar"),
    _tile("CRD-03", "card"),
)
NO_TONER = tuple(_tile("SI-04", "certificate", "DP-01") if tile.item == "SI-04" else tile for tile in TILES)
NO_READER = tuple(tile if tile.item == "SI-11" else _tile(tile.item, tile.icon, "CR-07") for tile in TILES)


def _fault(code: str, tone: Tone = Tone.WARNING) -> Notice:
    return Notice(tone, text(f"fault.{code}.title"), text(f"fault.{code}.advice"), code)


def _before_a_session() -> dict[str, Screen]:
    outage = OutOfService(text("fault.CR-07.title"), "2026-11-21 20:14", "CR-07")
    return {
        "C00-standby": _screen(Page.STANDBY, Standby(TILES), back=False, leave=False),
        "C01-home": _screen(Page.HOME, Home(TILES), back=False),
        "C01-home-no-reader": _screen(Page.HOME, Home(NO_READER), strip=OFFLINE, back=False),
        "C99-out-of-service": _screen(Page.OUT_OF_SERVICE, outage, strip=OFFLINE, back=False, leave=False),
    }


def _identification() -> dict[str, Screen]:
    pin = Pin(count=0, least=4, most=12, tries_left=6, seconds_left=58)
    wrong = Notice(Tone.WARNING, text("pin.wrong", n=4), text("pin.wrong.advice"))
    identify = Identify(text("item.SI-02.title"), text("identify.reads.pin"), seconds_left=58)
    return {
        "C03-identify": _screen(Page.IDENTIFY, identify),
        "C03-identify-unreadable": _screen(Page.IDENTIFY, replace(identify, seconds_left=41, notice=_fault("CR-01"))),
        "C04-reading": _screen(Page.READING, Reading(2, 6), back=False, leave=False),
        "C05-pin": _screen(Page.PIN, pin, back=False),
        "C05-pin-typed": _screen(Page.PIN, replace(pin, count=4, seconds_left=44), back=False),
        "C05-pin-long": _screen(Page.PIN, replace(pin, count=12, seconds_left=31), back=False),
        "C05-pin-on-pad": _screen(Page.PIN, replace(pin, count=3, seconds_left=47, on_pad=True), back=False),
        "C05-pin-wrong": _screen(Page.PIN, replace(pin, tries_left=4, notice=wrong), back=False),
        "C05-pin-last-try": _screen(Page.PIN, replace(pin, count=2, tries_left=1), back=False),
        "C05-pin-checking": _screen(Page.PIN, replace(pin, seconds_left=0, checking=True), back=False, leave=False),
        "C07-menu": _screen(Page.MENU, Menu(NAME, NO_TONER), back=False),
        "C98-idle": _screen(Page.MENU, Menu(NAME, TILES), back=False, idle=18),
    }


def _money(amount: str) -> Cell:
    return Cell(verbatim(amount), private=True, align="right")


def _answers(rows: int) -> dict[str, Screen]:
    contributions = ResultTable(
        title=text("item.SI-02.title"),
        as_of=text("answer.as_of", when="2026-11-20 22:00"),
        summary=(
            (text("answer.person"), Cell(verbatim(NAME))),
            (text("kind.110"), Cell(text("unit.months", n=126))),
            (text("answer.own_total"), Cell(text("unit.yuan", amount="85,680.00"), private=True)),
        ),
        columns=tuple(text(f"column.{name}") for name in ("month", "base", "own_share", "employer_share", "state")),
        rows=tuple(
            (
                Cell(verbatim(f"2026-{10 - at:02d}")),
                _money("12,500.00"),
                _money("1,312.50"),
                _money("3,187.50"),
                Cell(text("contribution.paid" if at else "contribution.mixed")),
            )
            for at in range(rows)
        ),
        page=1,
        pages=3,
        covered=True,
        can_print=True,
        remarks=(text("answer.all_kinds_remark"), text("answer.snapshot_remark")),
    )
    insured = ResultTable(
        title=text("item.SI-01.title"),
        as_of=text("answer.as_of", when="2026-11-20 22:00"),
        summary=(
            (text("answer.person"), Cell(verbatim(NAME))),
            (text("answer.active_kinds"), Cell(text("unit.kinds", n=3))),
        ),
        columns=tuple(text(f"column.{name}") for name in ("kind", "status", "since", "months")),
        rows=tuple(
            (
                Cell(text(f"kind.{kind}")),
                Cell(text(f"enrolment.{status}")),
                Cell(verbatim(since)),
                Cell(text("unit.months", n=months), align="right"),
            )
            for kind, status, since, months in (
                ("110", "active", "2016-04", 126),
                ("210", "active", "2016-04", 126),
                ("310", "active", "2016-04", 126),
                ("410", "ended", "2012-09", 31),
            )
        ),
        page=1,
        pages=1,
        covered=False,
        can_print=False,
        remarks=(text("answer.snapshot_remark"),),
    )
    card = replace(
        insured,
        title=text("item.CRD-03.title"),
        summary=(
            (text("answer.person"), Cell(verbatim(NAME))),
            (text("card.number"), Cell(verbatim("****0011"))),
            (text("card.status"), Cell(text("card.lost"))),
            (text("card.expires"), Cell(verbatim("2027-01-08"))),
        ),
        columns=(),
        rows=(),
        remarks=(text("card.renew_soon", days=49), text("card.lost_advice"), text("answer.snapshot_remark")),
    )
    shown = replace(contributions, covered=False, page=2, can_print=False, print_reason=text("fault.PR-02.title"))
    return {
        "C08-table-covered": _screen(Page.RESULT_TABLE, contributions),
        "C08-table-shown": _screen(Page.RESULT_TABLE, shown, strip=OFFLINE),
        "C08-table-insured": _screen(Page.RESULT_TABLE, insured),
        "C08-table-card": _screen(Page.RESULT_TABLE, card),
    }


def _checks() -> dict[str, Screen]:
    found = {f"CE-{name}": _screen(Page.CHECK, replace(each.page, can_print=True)) for name, each in samples().items()}
    step = replace(samples()["one-step"].page, step=("EM-01", text("check.step", item=text("item.EM-01.title"))))
    found["CE-one-step"] = _screen(Page.CHECK, replace(step, can_print=True))
    no_paper = replace(samples()["policy-ended"].page, apply=None, print_reason=text("fault.PR-02.title"))
    found["CE-no-paper"] = _screen(Page.CHECK, no_paper, strip=OFFLINE)
    found["CE-not-fitted"] = _screen(Page.CHECK, replace(samples()["computed"].page, apply=None))
    return found


def _questions(say: Say) -> dict[str, Screen]:
    kind = Question(
        title=say("请选择人员类别", "Which of these are you?"),
        hint=say("不确定时请选“不清楚”", "If you are not sure, choose the last one"),
        options=(
            Option("male", say("男职工", "Male employee"), say("原法定退休年龄 60 周岁", "So far: 60 years")),
            Option(
                "female-55",
                say("女职工（管理技术岗位）", "Female employee, technical or managerial post"),
                say("原法定退休年龄 55 周岁", "So far: 55 years"),
            ),
            Option(
                "female-50",
                say("女职工（其他岗位）", "Female employee, other post"),
                say("原法定退休年龄 50 周岁", "So far: 50 years"),
            ),
            Option("unsure", say("不清楚", "I am not sure")),
        ),
    )
    month = Question(
        title=say("请输入出生年月", "When were you born?"),
        hint=say("例如 1970 年 3 月，输入 197003", "Example: for March 1970 enter 197003"),
        mask="YYYY-MM",
        typed="19700",
    )
    no_month = Notice(
        Tone.WARNING,
        say("没有 13 月", "There is no month 13"),
        say("月份请输入 01 到 12。", "Enter a month from 01 to 12."),
    )
    confirm = Confirm(
        title=text("item.SI-04.title"),
        facts=(
            (text("answer.person"), verbatim(NAME)),
            (say("社会保障号码", "Social security number"), verbatim("110***********002X")),
            (say("内容", "Contents"), say("参保险种、起始年月、缴费月数", "Insurances, since when, months paid")),
            (say("页数", "Pages"), say("1 页，A4", "1 page, A4")),
            (say("费用", "Fee"), say("免费", "Free of charge")),
        ),
        verb=say("确认打印", "Print certificate"),
        remarks=(
            say("证明可在 90 天内验真。", "The certificate can be verified for 90 days."),
            text("answer.snapshot_remark"),
        ),
    )
    steps = Processing(
        title=text("processing.paper.title"),
        steps=(
            (text("processing.step.recorded"), StepState.DONE),
            (text("processing.step.made"), StepState.RUNNING),
            (text("processing.step.issued"), StepState.WAITING),
            (text("processing.step.paper"), StepState.WAITING),
        ),
    )
    troubled = Processing(
        title=text("processing.print.title"),
        steps=(
            (text("processing.step.found"), StepState.DONE),
            (text("processing.step.recorded"), StepState.UNKNOWN),
            (text("processing.step.receipt"), StepState.FAILED),
        ),
        patience=True,
    )
    figure = Question(
        title=text("check.choose.topic"),
        hint=None,
        typed="3120.5",
        figure=Figure(7, 2, bilingual("元/月", "yuan a month")),
        unsure=text("question.unsure"),
    )
    return {
        "C09-figure": _screen(Page.QUESTION, figure),
        "C09-figure-empty": _screen(Page.QUESTION, replace(figure, typed="", figure=Figure(3))),
        "C09-choice": _screen(Page.QUESTION, kind),
        "C09-digits": _screen(Page.QUESTION, month),
        "C09-digits-full": _screen(Page.QUESTION, replace(month, typed="197003")),
        "C09-digits-wrong": _screen(Page.QUESTION, replace(month, typed="", notice=no_month)),
        "C10-confirm": _screen(Page.CONFIRM, confirm),
        "C11-processing": _screen(Page.PROCESSING, steps, back=False, leave=False),
        "C11-processing-slow": _screen(Page.PROCESSING, troubled, back=False, leave=False),
    }


def _ends(say: Say) -> dict[str, Screen]:
    done = Result(ResultKind.DONE, text("result.paper_printed.title"), (text("result.paper_printed.line"),), REFERENCE)
    not_done = Result(ResultKind.NOT_DONE, text("result.no_answer.title"), (), "", _fault("DT-02"))
    unknown = Result(
        ResultKind.UNKNOWN,
        text("result.paper_unknown.title"),
        (text("result.paper_unknown.line"),),
        REFERENCE,
        Notice(Tone.WARNING, text("result.print_unknown.notice"), None, "PR-03"),
    )
    recorded = Result(
        ResultKind.RECORDED,
        say("您的申请已采集", "Your application is recorded"),
        (
            say(
                "12333 现在查不到，送达后可凭业务号在任一自助机查询。",
                "12333 cannot see it yet. Once it is sent, any terminal finds it by this number.",
            ),
        ),
        REFERENCE,
    )
    card = Thing("card", text("thing.card"), ThingState.TAKE)
    paper = Thing("paper", text("thing.paper"), ThingState.TAKE)
    receipt = Thing("receipt", text("thing.receipt"), ThingState.TAKE)
    left = TakeThings(
        (replace(card, state=ThingState.LEFT),), urgency=2, left_behind=True, notice=_fault("LF-01", Tone.DANGER)
    )
    taken = replace(card, state=ThingState.TAKEN)

    def end(result: Result, strip: StatusStrip = STRIP) -> Screen:
        return _screen(Page.RESULT, result, strip=strip, back=False)

    def take(body: TakeThings) -> Screen:
        return _screen(Page.TAKE_THINGS, body, back=False, leave=False)

    return {
        "C12-done": end(done),
        "C12-not-done": end(not_done),
        "C12-unknown": end(unknown),
        "C12-recorded": end(recorded, OFFLINE),
        "C13-take": take(TakeThings((card, paper), urgency=0)),
        "C13-take-reminded": take(TakeThings((card,), urgency=2)),
        "C13-take-papers": take(TakeThings((taken, paper, receipt), urgency=1, can_finish=True)),
        "C13-left-behind": take(left),
        "C15-goodbye": _screen(Page.GOODBYE, Goodbye(receipt=True), back=False, leave=False),
    }
