"""Checks of benefits before the terminal, told in events: questions, the answer, the print-out, the application."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.receipt_printer.document import Pair, Qr
from drivers.receipt_printer.document import Text as Paragraph
from kiosk import effects
from kiosk.benefits.carrying import read_code
from kiosk.benefits.loading import shipped_book
from kiosk.catalogue.bundles import bundles
from kiosk.catalogue.checks import all_checks
from kiosk.catalogue.entries import entries
from kiosk.clock import Moment
from kiosk.events import CardInserted, CardRemoved, Device, DeviceReported
from kiosk.intents import DigitTyped, ItemChosen, OptionChosen, Press, Pressed
from kiosk.screen import Page, ResultKind, Standing, Verdict
from kiosk.texts import render
from offline_store.errors import LeaseExpired, StoreFull
from sync.protocol.messages import Application, parse_act
from tests.unit.kiosk.conftest import pin

# what is said of an application before the centre has answered never sounds like this
FORBIDDEN = ("已受理", "已办理", "成功")


def typed(hall, digits):
    hall.happen(*(DigitTyped(digit) for digit in digits), Pressed(Press.CONFIRM))


def zh(text):
    return render(text, "zh")


def title(hall):
    return zh(hall.screen.body.title)


def to_check(hall, rule="R-UI", topic="unemployment"):
    """Without a card, to the first question of a check."""
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("PO-02"), OptionChosen(topic), OptionChosen(rule))
    return hall


def answering(hall, key=None):
    """The rest of the questions: a choice that has this key gets it, all else "I don't know". What was asked."""
    questions = []
    while hall.page is Page.QUESTION:
        questions.append(title(hall))
        assert len(questions) < 60, questions
        if key in [option.key for option in hall.screen.body.options]:
            hall.happen(OptionChosen(key))
        else:
            hall.press(Press.DECLINE)
    return questions


def not_knowing(hall):
    """Every question answered with "I don't know"."""
    return answering(hall)


def printed_text(hall):
    document = hall.open(effects.PrintReceipt).action.document
    lines = []
    for line in document.lines:
        match line:
            case Paragraph(text=text):
                lines.append(text)
            case Pair(left=left, right=right):
                lines.append(f"{left} {right}")
    return "\n".join(lines), [line.data for line in document.lines if isinstance(line, Qr)]


def to_retirement(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("SI-11"))
    typed(hall, "196508")
    hall.happen(OptionChosen("male"), OptionChosen("no"), OptionChosen("no"))
    return hall


def test_without_a_card_the_retirement_month_comes_with_its_article_and_the_window_around_it(hall):
    to_retirement(hall)
    body = hall.screen.body
    assert hall.page is Page.CHECK
    assert body.verdict is Verdict.COMPUTED
    assert zh(body.figure.value) == "2025年10月"
    assert zh(body.figure.origin) == "按您填写的情况，2026年11月22日"
    beside = {zh(label): zh(value) for label, value in body.figures}
    # 办法第一条: 2 months of delay; 人社部发〔2024〕94号: not before 60 (2025-08), at most 36 months later (2028-10)
    assert beside["延迟"] == "2 个月"
    assert beside["弹性提前最早到"] == "2025年8月"
    assert beside["弹性延迟最晚到"] == "2028年10月"
    assert beside["届时年龄"] == "60 岁 2 个月"
    assert any("第一条" in zh(each) for each in body.articles)
    assert any("人工复核" in zh(each) for each in body.disclaimers)


def test_nothing_of_what_was_typed_without_a_card_is_recorded(hall):
    to_retirement(hall)
    acts = [append for append in hall.appended if append.kind == "act"]
    assert [act.header["outcome"] for act in acts] == ["computed"]
    assert acts[0].body is None
    assert acts[0].subject is None
    assert "1965" not in json.dumps(acts[0].header)


def test_with_a_card_its_birth_date_and_sex_are_not_asked_again(hall):
    hall.to_menu().happen(ItemChosen("SI-11"))
    assert "身份证和人事档案" in title(hall)
    hall.happen(OptionChosen("no"), OptionChosen("no"))
    assert hall.screen.body.verdict is Verdict.COMPUTED
    assert "已核验" in "".join(zh(line) for each in hall.screen.body.conditions for line in each.used)


def test_a_woman_who_does_not_know_her_category_gets_both_months_and_no_decision(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("SI-11"))
    typed(hall, "197511")
    hall.press(Press.DECLINE)
    assert "性别" in title(hall)
    hall.happen(OptionChosen("female"))
    not_knowing(hall)
    body = hall.screen.body
    assert body.verdict is Verdict.CANNOT_SAY
    assert [zh(value) for _, value in body.alternatives] == ["2032年5月", "2026年5月"]


def test_a_month_that_is_none_is_asked_for_again_with_the_reason(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("SI-11"))
    typed(hall, "196513")
    assert hall.page is Page.QUESTION
    assert zh(hall.screen.body.notice.title) == "这里填得不对，请重新输入"
    assert hall.screen.body.typed == ""
    typed(hall, "203001")
    assert "不能晚于今天" in zh(hall.screen.body.notice.advice)


def test_back_leads_to_the_question_before_and_then_to_the_list(hall):
    to_check(hall)
    first = title(hall)
    typed(hall, "14")
    assert title(hall) != first
    hall.press(Press.BACK)
    assert title(hall) == first
    hall.press(Press.BACK)
    assert next(option.key for option in hall.screen.body.options) == "R-UI"
    hall.press(Press.BACK)
    assert "unemployment" in [option.key for option in hall.screen.body.options]
    hall.press(Press.BACK)
    assert hall.page is Page.HOME


def test_from_the_answer_back_leads_to_the_last_question_to_put_it_right(hall):
    to_retirement(hall)
    hall.press(Press.BACK)
    assert hall.page is Page.QUESTION
    hall.happen(OptionChosen("yes"))
    assert hall.screen.body.verdict is Verdict.CANNOT_SAY


def test_not_knowing_anything_ends_with_what_is_missing(hall):
    to_check(hall)
    questions = not_knowing(hall)
    assert len(questions) == len(set(questions)) > 3
    body = hall.screen.body
    assert body.verdict is Verdict.CANNOT_SAY
    assert any("上次领取失业保险金之后的缴费月数" in zh(each) for each in body.missing)


def test_why_a_job_ended_is_asked_and_not_shown_again(hall):
    to_check(hall)
    typed(hall, "14")
    typed(hall, "0")
    assert "上一份工作" in title(hall)
    hall.happen(OptionChosen("resigned"))
    not_knowing(hall)
    body = hall.screen.body
    assert body.verdict is Verdict.NO
    lines = [zh(line) for each in body.conditions for line in each.used]
    assert "离职原因：已填写，不显示" in lines
    assert "自己辞职" not in "".join(lines) + zh(body.figure.value)


def test_the_print_out_holds_figure_date_article_next_step_and_the_way_to_a_person(hall):
    to_retirement(hall)
    hall.press(Press.PRINT)
    assert hall.screen.body.kind is ResultKind.DONE
    text, codes = printed_text(hall)
    for wanted in ("2025年10月", "2026年11月22日", "第一条", "下一步", "人工复核", "已测算（初步）"):
        assert wanted in text, wanted
    carried = read_code(codes[0])
    assert carried.rule == "R-RET-AGE"
    assert carried.facts["birth_month"].value == "1965-08"
    assert carried.facts["birth_month"].source == "declared"


def test_an_outcome_is_recorded_before_it_is_shown_and_not_shown_if_it_cannot_be(hall):
    hall.start().press(Press.WAKE)
    hall.answers[effects.Append] = lambda _: StoreFull("journal.db", "no room")
    hall.happen(ItemChosen("SI-11"))
    not_knowing(hall)
    assert hall.screen.body.kind is ResultKind.NOT_DONE
    assert hall.screen.body.notice.code == "SY-01"


def test_without_the_centres_data_a_check_goes_on_with_card_and_questions(hall):
    hall.to_menu()
    hall.answers[effects.Query] = lambda _: LeaseExpired("snapshot", "older than 30 days")
    hall.happen(ItemChosen("SI-14"))
    assert hall.page is Page.QUESTION
    assert "失业保险缴了多少个月" in title(hall)


def test_a_clock_before_a_time_the_centre_signed_checks_nothing(hall):
    hall.start().press(Press.WAKE)
    late = datetime(2027, 1, 1, tzinfo=UTC)
    plain = hall.moment
    hall.moment = lambda: Moment(plain().monotonic, plain().wall, late)
    hall.happen(ItemChosen("SI-11"))
    assert hall.screen.body.kind is ResultKind.NOT_DONE
    assert hall.screen.body.notice.code == "CK-01"


# --- the application


def to_application(hall):
    hall.to_menu().happen(ItemChosen("SI-14"))
    not_knowing(hall)
    hall.press(Press.CONFIRM)
    return hall


def act_of(hall):
    body = next(append.body for append in reversed(hall.appended) if append.body)
    return parse_act(json.dumps(body).encode())


def test_what_was_typed_without_a_card_goes_into_the_application_and_is_not_asked_again(hall):
    to_check(hall)
    typed(hall, "14")
    not_knowing(hall)
    hall.press(Press.CONFIRM)
    assert hall.page is Page.IDENTIFY
    hall.happen(CardInserted())
    hall.happen(pin())
    assert hall.page is Page.CHECK, "nothing is asked twice"
    hall.press(Press.CONFIRM, Press.CONFIRM)
    act = act_of(hall)
    assert isinstance(act, Application)
    assert act.item == "SI-14"
    facts = {fact.name: (fact.value, fact.source) for fact in act.facts}
    assert facts["ui_months_since_claim"] == (14, "declared")
    assert facts["draws_pension"] == (True, "snapshot")
    assert facts["birth_month"] == ("1988-03", "verified")
    assert act.check.rule == "R-UI"
    assert act.check.outcome == "NOT_ELIGIBLE"
    assert "X-1" in act.check.flags


def test_a_no_never_stands_in_the_way_of_applying(hall):
    hall.to_menu().happen(ItemChosen("SI-14"))
    not_knowing(hall)
    body = hall.screen.body
    assert body.verdict is Verdict.NO
    assert zh(body.apply) == "仍要申请"
    hall.press(Press.CONFIRM)
    assert hall.page is Page.CONFIRM
    assert zh(hall.screen.body.verb) == "确认申请"


def test_an_application_is_recorded_and_never_called_done(hall):
    to_application(hall).press(Press.CONFIRM)
    body = hall.screen.body
    assert body.kind is ResultKind.RECORDED
    assert body.reference.startswith("T001-20261122-1-")
    assert act_of(hall).local_number == body.reference
    text, _ = printed_text(hall)
    shown = text + "".join(map(zh, (body.title, *body.lines)))
    assert "已采集，尚未送达中心" in text
    assert not [word for word in FORBIDDEN if word in shown]
    assert any(isinstance(effect.action, effects.Poke) for effect in hall.asked)


def test_the_header_in_the_journal_names_nobody(hall):
    to_application(hall).press(Press.CONFIRM)
    headers = [append.header for append in hall.appended]
    assert "110105" not in json.dumps(headers)


def test_before_the_confirmation_everything_can_be_taken_back(hall):
    to_application(hall)
    hall.press(Press.DECLINE)
    assert hall.page is Page.CHECK
    assert not [append for append in hall.appended if append.body and append.body["type"] == "application"]


def test_a_printer_that_fails_takes_no_application_back(hall):
    to_application(hall)
    hall.answers[effects.PrintReceipt] = lambda _: PrintOutcome(PrintResult.FAILED, "00" * 32, ("jam",))
    hall.press(Press.CONFIRM)
    assert hall.screen.body.kind is ResultKind.RECORDED
    assert hall.screen.body.notice.code == "PR-03"


def test_without_a_printer_the_number_is_on_the_page_with_the_reason(hall):
    to_application(hall)
    hall.happen(DeviceReported(Device.RECEIPT_PRINTER, "PR-02"))
    hall.press(Press.CONFIRM)
    assert hall.screen.body.kind is ResultKind.RECORDED
    assert hall.screen.body.notice.code == "PR-02"


def test_without_a_card_reader_the_application_is_not_offered_and_the_counter_is_named(hall):
    to_check(hall)
    not_knowing(hall)
    hall.happen(DeviceReported(Device.CARD_READER, "CR-07"))
    body = hall.screen.body
    assert body.apply is None
    assert "可到窗口申请" in zh(body.next_step[-1])


def test_what_was_handed_on_is_gone_when_the_card_is_not_shown_or_pulled(hall):
    to_check(hall)
    not_knowing(hall)
    hall.press(Press.CONFIRM)
    assert hall.state.session.handed_on is not None
    hall.wait(61)
    assert hall.page is Page.HOME
    assert hall.state.session.handed_on is None
    hall.happen(ItemChosen("SI-14"), CardInserted())
    hall.happen(CardRemoved())
    assert hall.state.session.handed_on is None


def test_an_open_step_leads_to_the_service_that_does_it(hall):
    to_check(hall)
    typed(hall, "14")
    typed(hall, "0")
    hall.happen(OptionChosen("contract_expired"))
    answering(hall, "no")
    body = hall.screen.body
    assert body.verdict is Verdict.ONE_STEP
    assert Standing.STEP_OPEN in {each.state for each in body.conditions}
    assert body.step[0] == "EM-01"
    hall.happen(ItemChosen("EM-01"))
    assert hall.page is Page.IDENTIFY
    hall.happen(CardInserted())
    hall.happen(pin())
    assert title(hall) == "您现在在找工作吗？", "why the job ended was answered in the check"
    hall.happen(OptionChosen("yes"))
    assert hall.page is Page.CONFIRM


def test_a_benefit_that_only_a_counter_takes_is_printed_for_it(hall):
    to_check(hall, "R-UI-ALLOW")
    typed(hall, "20261101")
    body = hall.screen.body
    assert body.verdict is Verdict.NO
    assert zh(body.figure.value) == "2022年12月31日"
    assert zh(body.apply) == "仍要申请：打印后到窗口"
    hall.press(Press.CONFIRM)
    assert hall.screen.body.kind is ResultKind.DONE


# --- policies that may fit, bundles, registrations


def test_policies_are_looked_for_only_after_consent_and_the_look_is_recorded_first(hall):
    hall.to_menu().happen(ItemChosen("PO-03"))
    assert hall.page is Page.CONFIRM
    assert not any(isinstance(effect.action, effects.Query) for effect in hall.asked)
    hall.press(Press.DECLINE)
    assert hall.page is Page.MENU
    hall.happen(ItemChosen("PO-03"))
    hall.sleeping.add(effects.Append)
    hall.press(Press.CONFIRM)
    assert hall.page is Page.PROCESSING
    hall.happen(hall.answer(hall.open(effects.Append)))
    assert hall.page is Page.QUESTION
    assert zh(hall.screen.body.hint) == "数据截至 2026-11-22 00:00"


def test_no_policy_is_listed_as_a_no(hall):
    hall.to_menu().happen(ItemChosen("PO-03"), Pressed(Press.CONFIRM))
    listed = {option.key: zh(option.subtitle) for option in hall.screen.body.options}
    assert listed
    # the record says that a pension is drawn: unemployment benefit would be a no
    assert "R-UI" not in listed
    assert not [said for said in listed.values() if "不符合" in said]


def test_a_policy_leads_to_its_check(hall):
    hall.to_menu().happen(ItemChosen("PO-03"), Pressed(Press.CONFIRM))
    first = hall.screen.body.options[0]
    hall.happen(OptionChosen(first.key))
    not_knowing(hall)
    assert hall.page is Page.CHECK
    assert title(hall) == zh(first.title)


@pytest.mark.parametrize("bundle", bundles(), ids=lambda each: each.key)
def test_every_step_of_a_bundle_that_names_a_check_or_item_leads_there(hall, bundle):
    known = {check.rule for check in all_checks()} & set(shipped_book().rules)
    for step in bundle.step:
        assert step.check is None or step.check in known
        assert step.item is None or step.item in entries()
        if step.check or step.item:
            hall.start().press(Press.WAKE)
            hall.happen(ItemChosen("PO-05"), OptionChosen(bundle.key), OptionChosen(step.check or step.item))
            assert hall.page in (Page.QUESTION, Page.CHECK, Page.IDENTIFY)
            hall.press(Press.EXIT)
            hall.wait(10)


def test_a_bundle_shows_and_prints_all_its_steps(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("PO-05"), OptionChosen("death"), OptionChosen("list"))
    assert hall.page is Page.RESULT_TABLE
    hall.press(Press.PRINT)
    text, _ = printed_text(hall)
    assert "丧葬补助金" in text
    assert "12333" in text


def test_a_registration_asks_confirms_and_records(hall):
    hall.to_menu().happen(ItemChosen("EM-01"), OptionChosen("contract_expired"), OptionChosen("yes"))
    assert hall.page is Page.CONFIRM
    hall.press(Press.CONFIRM)
    act = act_of(hall)
    assert act.item == "EM-01"
    assert act.check is None
    assert {fact.name: fact.value for fact in act.facts} == {
        "ui_leaving_reason": "contract_expired",
        "seeking_work": True,
    }
    assert hall.screen.body.reference == act.local_number


# --- the tables


def test_every_rule_of_the_book_is_offered_as_a_check_and_every_check_has_its_rule():
    assert {check.rule for check in all_checks()} == set(shipped_book().rules)
    assert {rule for check in all_checks() for rule in check.also} <= set(shipped_book().rules)


def test_every_check_names_an_item_that_there_is():
    assert {check.item for check in all_checks()} - {None} <= set(entries())


def test_every_rule_that_the_terminal_checks_can_be_walked_without_knowing_anything(hall):
    for check in all_checks():
        if check.rule in shipped_book():
            topic = next(option for option in _topics(hall, check.rule))
            hall.happen(OptionChosen(topic), OptionChosen(check.rule))
            not_knowing(hall)
            assert hall.page is Page.CHECK, check.rule
            body = hall.screen.body
            for text in (body.title, body.headline, *body.why, *body.missing, *body.next_step, *body.articles):
                assert render(text, "zh").strip()
                assert render(text, "en").strip()
            assert body.articles
            hall.press(Press.EXIT)
            hall.wait(10)


def _topics(hall, rule):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("PO-02"))
    for option in hall.screen.body.options:
        hall.happen(OptionChosen(option.key))
        if rule in [each.key for each in hall.screen.body.options]:
            hall.press(Press.BACK)
            yield option.key
        else:
            hall.press(Press.BACK)


def test_a_card_put_in_while_a_check_is_being_recorded_is_taken_up_as_soon_as_that_is_done(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("SI-11"))
    hall.sleeping.add(effects.Append)
    not_knowing(hall)
    assert hall.page is Page.PROCESSING
    hall.happen(CardInserted())
    assert hall.page is Page.PROCESSING
    hall.sleeping.clear()
    hall.happen(hall.answer(hall.open(effects.Append)))
    assert hall.page is Page.PIN
