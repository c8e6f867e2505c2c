"""Example screens: every page and every state of it that looks different, with invented and masked people.

Pictures, the page matrix and tests show them. What sessions say is given here in both languages, since it is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kiosk.screen import (
    Body,
    Cell,
    Confirm,
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
from kiosk.text import Text, verbatim

STRIP = StatusStrip(
    online=True, data_as_of="2026-11-20", pending=0, oldest_pending=None, clock="21:46", terminal="HALL-0001"
)
OFFLINE = replace(STRIP, online=False, pending=3, oldest_pending="19:05")


def examples(language: Language, size: TextSize) -> Mapping[str, Screen]:
    """Name -> screen, in one language and size."""
    zh = language is Language.ZH

    def say(chinese: str, english: str) -> Text:
        return verbatim(chinese if zh else english)

    def screen(
        page: Page, body: Body, *, strip: StatusStrip = STRIP, back: bool = True, leave: bool = True, idle: int = 0
    ) -> Screen:
        return Screen(
            page=page,
            body=body,
            preferences=Preferences(language, size),
            strip=strip,
            can_back=back,
            can_exit=leave,
            idle_warning=IdleWarning(idle) if idle else None,
        )

    no_paper = say("打印机缺纸，暂不能打印", "No paper: printing unavailable")
    tiles = (
        Tile(
            "SI-01",
            say("参保状态查询", "Am I insured?"),
            say("看看自己参加了哪些保险", "Which insurances, where, since when"),
            "shield",
        ),
        Tile(
            "SI-02",
            say("个人缴费记录", "My contributions"),
            say("按月查看，可打印", "Month by month, can be printed"),
            "list",
        ),
        Tile(
            "SI-04",
            say("参保证明打印", "Certificate of enrolment"),
            say("A4 纸，带验真二维码", "On A4, with a code to verify it"),
            "certificate",
        ),
        Tile(
            "SI-11",
            say("退休时间测算", "When can I retire?"),
            say("按出生年月推算", "Statutory month from your birth month"),
            "calendar",
        ),
        Tile(
            "CRD-03",
            say("社保卡状态查询", "Status of my card"),
            say("是否正常、挂失或到期", "In order, reported lost or expired"),
            "card",
        ),
    )
    broken = tuple(replace(tile, available=False, reason=no_paper) if tile.item == "SI-04" else tile for tile in tiles)
    name = "王*兰"
    unreadable = Notice(
        Tone.WARNING,
        say("读不到卡", "Can't read the card"),
        say("请擦拭芯片、芯片朝上重试。", "Wipe the chip and try again, chip up."),
        "CR-01",
    )
    unknown_print = Notice(
        Tone.WARNING,
        say("打印未完成，查询结果不受影响", "Printing failed; your query is not affected"),
        say("可凭业务号在任一自助机重打。", "Print again at any terminal with the reference number."),
        "PR-03",
    )

    def cell(value: str, *, private: bool = True) -> Cell:
        return Cell(verbatim(value), private=private, align="right" if private else "left")

    months = tuple(
        (
            cell(f"2026-{10 - at:02d}", private=False),
            Cell(say("企业养老", "Pension")),
            cell("8,500.00"),
            cell("680.00"),
            cell("1,360.00"),
        )
        for at in range(6)
    )
    table = ResultTable(
        title=say("个人缴费记录", "My contributions"),
        as_of=say("数据截至 2026-11-20，之后的变动不在内", "As of 2026-11-20; later changes are not included"),
        summary=(
            (say("累计缴费", "Months paid in all"), Cell(say("126 个月", "126 months"))),
            (say("个人账户累计", "Personal account"), Cell(verbatim("85,680.00"), private=True)),
        ),
        columns=(
            say("月份", "Month"),
            say("险种", "Insurance"),
            say("缴费基数", "Base"),
            say("个人缴", "You paid"),
            say("单位缴", "Employer"),
        ),
        rows=months,
        page=1,
        pages=3,
        covered=True,
        can_print=True,
        remarks=(say("金额单位：元", "All amounts in yuan (CNY)"),),
    )
    pin = Pin(count=0, least=4, most=12, tries_left=6, seconds_left=58)
    things = (
        Thing("card", say("社会保障卡", "Social security card"), ThingState.TAKE),
        Thing("paper", say("参保证明，共 1 页", "Certificate, 1 page"), ThingState.TAKE),
    )
    ask_kind = Question(
        title=say("请选择人员类别", "Which of these are you?"),
        hint=say("不确定时请选“不清楚”", "If you are not sure, choose the last one"),
        options=(
            Option("male", say("男职工", "Male employee"), say("原法定退休年龄 60 周岁", "Retirement age so far 60")),
            Option(
                "female-55",
                say("女职工（管理技术岗位）", "Female employee, technical or managerial post"),
                say("原法定退休年龄 55 周岁", "Retirement age so far 55"),
            ),
            Option(
                "female-50",
                say("女职工（其他岗位）", "Female employee, other post"),
                say("原法定退休年龄 50 周岁", "Retirement age so far 50"),
            ),
            Option("unsure", say("不清楚", "I am not sure"), None),
        ),
    )
    ask_month = Question(
        title=say("请输入出生年月", "When were you born?"),
        hint=say("例如 1970 年 3 月：197003", "Example: March 1970 is 197003"),
        mask="YYYY-MM",
        typed="19700",
    )
    processing = Processing(
        title=say("正在打印参保证明", "Printing your certificate"),
        steps=(
            (say("记录本次办理", "Recording this transaction"), StepState.DONE),
            (say("生成并签章", "Making and sealing it"), StepState.RUNNING),
            (say("打印", "Printing"), StepState.WAITING),
        ),
    )
    reference = "HALL0001-1-000123"
    done = Result(
        ResultKind.DONE,
        say("参保证明已打印", "Your certificate is printed"),
        (
            say("请取走全部 1 页。", "Please take the 1 page."),
            say("扫描纸上二维码可验真。", "Scan the code on it to verify it."),
        ),
        reference,
    )

    return {
        "C00-standby": screen(Page.STANDBY, Standby(tiles), back=False, leave=False),
        "C01-home": screen(Page.HOME, Home(tiles), back=False, leave=False),
        "C01-home-no-paper": screen(Page.HOME, Home(broken), strip=OFFLINE, back=False, leave=False),
        "C03-identify": screen(
            Page.IDENTIFY,
            Identify(
                purpose=tiles[1].title,
                reads=say(
                    "将读取卡上的姓名和社会保障号码，只用于查询您本人的记录，结束后不留存。",
                    "Your name and number are read from the card, only to find your own records. Nothing is kept.",
                ),
                seconds_left=58,
            ),
        ),
        "C03-identify-unreadable": screen(
            Page.IDENTIFY,
            Identify(
                purpose=None,
                reads=say("将读取卡上的姓名和社会保障号码。", "Your name and number are read from the card."),
                seconds_left=41,
                notice=unreadable,
            ),
        ),
        "C04-reading": screen(Page.READING, Reading(2, 4), back=False, leave=False),
        "C05-pin": screen(Page.PIN, pin),
        "C05-pin-typed": screen(Page.PIN, replace(pin, count=4, seconds_left=44)),
        "C05-pin-long": screen(Page.PIN, replace(pin, count=12, seconds_left=31)),
        "C05-pin-last-try": screen(Page.PIN, replace(pin, count=2, tries_left=1)),
        "C05-pin-wrong": screen(
            Page.PIN,
            replace(
                pin,
                tries_left=4,
                notice=Notice(Tone.DANGER, say("密码不正确，请重新输入", "That PIN was not right. Please try again.")),
            ),
        ),
        "C07-menu": screen(Page.MENU, Menu(name, broken), back=False),
        "C08-table": screen(Page.RESULT_TABLE, table),
        "C08-table-shown": screen(
            Page.RESULT_TABLE, replace(table, covered=False, page=2, can_print=False, print_reason=no_paper)
        ),
        "C08-table-short": screen(
            Page.RESULT_TABLE,
            ResultTable(
                title=say("参保状态", "My insurances"),
                as_of=say("数据截至 2026-11-20", "As of 2026-11-20"),
                summary=(),
                columns=(say("险种", "Insurance"), say("状态", "Status"), say("起始", "Since")),
                rows=(
                    (Cell(say("职工养老", "Pension")), Cell(say("正常参保", "Active")), cell("2016-04", private=False)),
                    (
                        Cell(say("失业", "Unemployment")),
                        Cell(say("正常参保", "Active")),
                        cell("2016-04", private=False),
                    ),
                    (Cell(say("工伤", "Work injury")), Cell(say("正常参保", "Active")), cell("2016-04", private=False)),
                ),
                page=1,
                pages=1,
                covered=False,
                can_print=True,
            ),
        ),
        "C09-choice": screen(Page.QUESTION, ask_kind),
        "C09-digits": screen(Page.QUESTION, ask_month),
        "C09-digits-wrong": screen(
            Page.QUESTION,
            replace(
                ask_month,
                typed="",
                notice=Notice(
                    Tone.WARNING,
                    say("没有 13 月", "There is no month 13"),
                    say("月份请输入 01 到 12。", "Enter a month from 01 to 12."),
                ),
            ),
        ),
        "C10-confirm": screen(
            Page.CONFIRM,
            Confirm(
                title=say("打印参保证明", "Print the certificate of enrolment"),
                facts=(
                    (say("姓名", "Name"), verbatim(name)),
                    (say("社会保障号码", "Social security number"), verbatim("110***********002X")),
                    (say("内容", "Contents"), say("当前参保险种和起始年月", "Insurances and since when")),
                    (say("页数", "Pages"), say("1 页，A4", "1 page, A4")),
                    (say("费用", "Fee"), say("免费", "Free of charge")),
                ),
                verb=say("确认打印", "Print certificate"),
                remarks=(
                    say("证明的验真有效期为 90 天。", "The certificate can be verified for 90 days."),
                    say("离线签发，验真结果以中心登记为准。", "Issued offline; the centre's register decides."),
                ),
            ),
        ),
        "C11-processing": screen(Page.PROCESSING, processing, back=False, leave=False),
        "C11-processing-slow": screen(Page.PROCESSING, replace(processing, patience=True), back=False, leave=False),
        "C12-done": screen(Page.RESULT, done, back=False),
        "C12-not-done": screen(
            Page.RESULT,
            Result(
                ResultKind.NOT_DONE,
                say("参保证明没有打印", "Your certificate was not printed"),
                (say("未产生证明编号，可以重新办理。", "No certificate was issued. You can try again."),),
                "",
                Notice(
                    Tone.WARNING,
                    no_paper,
                    say("请使用其他终端或到窗口办理。", "Please use another terminal or a counter."),
                    "DP-01",
                ),
            ),
            back=False,
        ),
        "C12-unknown": screen(
            Page.RESULT,
            Result(
                ResultKind.UNKNOWN,
                say("不能确认证明是否已打印", "We cannot tell whether it was printed"),
                (
                    say("请勿重复办理。", "Please do not repeat it."),
                    say("凭业务号可拨打 12333 查询。", "Ask 12333 with the reference number."),
                ),
                reference,
                unknown_print,
            ),
            back=False,
        ),
        "C12-recorded": screen(
            Page.RESULT,
            Result(
                ResultKind.RECORDED,
                say("本次查询已记录", "Your query is recorded"),
                (
                    say(
                        "12333 现在查不到，送达后可凭业务号在任一自助机查询。",
                        "12333 cannot see it yet. Once it is sent, any terminal finds it by this number.",
                    ),
                ),
                reference,
            ),
            strip=OFFLINE,
            back=False,
        ),
        "C13-take": screen(Page.TAKE_THINGS, TakeThings(things, urgency=0), back=False, leave=False),
        "C13-take-papers": screen(
            Page.TAKE_THINGS,
            TakeThings((replace(things[0], state=ThingState.TAKEN), things[1]), urgency=1),
            back=False,
            leave=False,
        ),
        "C13-left-behind": screen(
            Page.TAKE_THINGS,
            TakeThings(
                (replace(things[0], state=ThingState.LEFT),),
                urgency=2,
                left_behind=True,
                notice=Notice(
                    Tone.DANGER,
                    say("卡取走之前，本机不再受理业务", "No one can use this terminal until the card is gone"),
                    say("请按铃或拨打 12333。", "Ring for staff or call 12333."),
                    "CR-06",
                ),
            ),
            back=False,
            leave=False,
        ),
        "C15-goodbye": screen(Page.GOODBYE, Goodbye(receipt=True), back=False, leave=False),
        "C98-idle": screen(Page.MENU, Menu(name, tiles), idle=18),
        "C99-out-of-service": screen(
            Page.OUT_OF_SERVICE,
            OutOfService(
                say(
                    "读卡器暂时不能使用，已通知维护人员", "The card reader cannot be used; the technician has been told"
                ),
                "2026-11-21 20:14",
                "CR-07",
            ),
            strip=OFFLINE,
            back=False,
            leave=False,
        ),
    }
