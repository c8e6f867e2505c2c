"""The page of alarms: open ones first to be worked off, all of them on request, each acknowledged by a button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from offline_store.chain import timestamp
from sync.gateway.alarm_row import AlarmRow
from sync.gateway.staff import parts
from sync.gateway.staff.alarms import ListedAlarm, Wanted
from sync.gateway.staff.audit import Act
from sync.gateway.staff.frame import Shown
from sync.gateway.staff.html import Element, Node, h
from sync.gateway.staff.roles import Right
from sync.gateway.staff.texts import Both
from sync.gateway.staff.visit import Page, Visit

SHOWN: Final = 50
_PATH: Final = "/alarms"
_ACKNOWLEDGED: Final = "/alarm-acknowledged"
_TITLE: Final = Both("告警", "Alarms")
_LONGEST: Final = 32
MEANINGS: Final[Mapping[str, Both]] = {
    "fork": Both("账链分叉：可能有克隆或旧盘恢复", "Chain forked: a clone, or an old disk put back"),
    "act-on-forked-branch": Both("分叉的账链上有业务", "An act lies on a forked branch"),
    "certificate-revoked": Both("已吊销的终端仍在请求", "A revoked terminal asks on"),
    "certificate-superseded": Both("旧密钥仍在使用：可能是磁盘副本", "A replaced key is in use: perhaps a copied disk"),
    "certificate-expired": Both("终端证书已过期", "The terminal's certificate has expired"),
    "question-id-reused": Both("询问编号被重复使用", "A question's number was used for another"),
    "entries-lost": Both("账链有记录缺失", "Entries of the chain are missing"),
    "epoch-not-opened": Both("账链新段的开启记录未被接受", "The opening of a new epoch was not accepted"),
}
_OPEN_LEAD: Final = Both(
    "未确认的告警，最近发生的在最上面。查明并消除原因后请确认；再次发生时会重新列出。",
    "What nobody has acknowledged yet, the newest first. Find and end its cause, then acknowledge it;"
    " what happens again is listed again.",
)
_ALL_LEAD: Final = Both("全部告警，最近发生的在最上面。", "All alarms, the newest first.")
_FIND: Final = Both("按终端编号开头查找", "Find by the first characters of the terminal's number")
_GONE: Final = Both("没有此告警。", "There is no such alarm.")
_AGAIN: Final = Both(
    "此告警在页面显示之后又发生过，没有确认。请看过再确认。",
    "It has happened again since the page showed it, so it was not acknowledged: look at it again.",
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the list somebody is; at most one of `before` and `after`."""

    wanted: Wanted
    before: int | None = None
    after: int | None = None

    def values(self) -> dict[str, str]:
        """As it stands in addresses and forms."""
        found = {
            "number": self.wanted.terminal,
            "all": "1" if self.wanted.everything else "",
            "before": "" if self.before is None else str(self.before),
            "after": "" if self.after is None else str(self.after),
        }
        return {name: value for name, value in found.items() if value}

    @property
    def address(self) -> str:
        values = urlencode(self.values())
        return f"{_PATH}?{values}" if values else _PATH


def _place(number: str, everything: str, before: str, after: str) -> _Place:
    older = _whole(before)
    wanted = Wanted(number.upper()[:_LONGEST], everything == "1")
    return _Place(wanted, older, None if older is not None else _whole(after))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _asked(visit: Visit) -> Shown:
    place = _place(*(visit.asked(name) for name in ("number", "all", "before", "after")))
    return _list(visit, place)


def _list(visit: Visit, place: _Place, notice: Element | None = None, status: int = 200) -> Shown:
    wanted, alarms = place.wanted, visit.store.staff.alarms
    with visit.store.transaction():
        if place.after is not None:
            shown = alarms.just_after(wanted, SHOWN, place.after)
        else:
            shown = alarms.newest(wanted, SHOWN, before=place.before)
        # what stood here may have been acknowledged meanwhile
        shown = shown or alarms.newest(wanted, SHOWN)
        newer = bool(shown) and bool(alarms.just_after(wanted, 1, shown[0].id))
        older = bool(shown) and bool(alarms.newest(wanted, 1, before=shown[-1].id))
    other = replace(wanted, everything=not wanted.everything)
    switch = Both("只看未确认的", "Open ones only") if wanted.everything else Both("显示全部告警", "Show all alarms")
    return Shown(
        _TITLE,
        (
            h("p", _ALL_LEAD if wanted.everything else _OPEN_LEAD, class_="lead"),
            notice,
            _filter(wanted),
            parts.table(
                (
                    (Both("最近发生", "Last happened"), None),
                    (Both("终端编号", "Terminal"), None),
                    (Both("告警", "Alarm"), "wide"),
                    (Both("代码", "Code"), None),
                    (Both("段／序号", "Epoch/entry"), "number"),
                    (Both("确认", "Acknowledged"), "wide"),
                ),
                [_row(visit, place, alarm) for alarm in shown],
                Both("没有告警。", "There are no alarms.")
                if wanted.everything
                else Both("没有未确认的告警。", "There are no open alarms."),
            ),
            h(
                "p",
                h("a", Both("较新的", "Newer"), href=_Place(wanted, after=shown[0].id).address) if newer else None,
                h("a", Both("较早的", "Older"), href=_Place(wanted, before=shown[-1].id).address) if older else None,
                h("a", switch, href=_Place(other).address),
                class_="pages",
            ),
        ),
        status=status,
    )


def _filter(wanted: Wanted) -> Element:
    return h(
        "section",
        h(
            "form",
            h(
                "div",
                h("label", _FIND, for_="number"),
                h(
                    "input",
                    id="number", name="number", value=wanted.terminal, maxlength=str(_LONGEST), autocomplete="off",
                ),
            ),
            h("input", type="hidden", name="all", value="1") if wanted.everything else None,
            h("button", Both("查找", "Find")),
            class_="search",
            method="get",
            action=_PATH,
        ),
    )  # fmt: skip


def _row(visit: Visit, place: _Place, alarm: ListedAlarm) -> tuple[Node, ...]:
    raised = alarm.raised
    return (
        _happened(raised),
        h("code", raised.terminal),
        MEANINGS.get(raised.code, raised.code),
        h("code", raised.code),
        # certificates and questions are no entries
        raised.place if raised.epoch else "—",
        _acknowledged(visit, place, alarm),
    )


def _happened(raised: AlarmRow) -> Element:
    """When last; and when first and how often, if it was more than once."""
    if raised.times == 1:
        return h("span", parts.at(raised.at))
    return h(
        "span",
        parts.at(raised.last_at),
        h("br"),
        h("span", Both("首次", "first"), f" {parts.at(raised.at)}", class_="quiet"),
        h("br"),
        h("span", Both(f"共 {raised.times} 次", f"{raised.times} times in all"), class_="quiet"),
    )


def _acknowledged(visit: Visit, place: _Place, alarm: ListedAlarm) -> Element:
    last = alarm.acknowledged
    who = None if last is None else h("span", parts.at(last.at), h("br"), h("code", last.actor))
    if who is not None and not alarm.open:
        return who
    since = Both(f"此后又发生 {alarm.since} 次", "once since" if alarm.since == 1 else f"{alarm.since} times since")
    again = None if who is None else h("p", who, h("br"), parts.mark("bad", since))
    return h("div", again, _button(visit, place, alarm))


def _button(visit: Visit, place: _Place, alarm: ListedAlarm) -> Element:
    if not visit.may(Right.ACKNOWLEDGE_ALARM):
        return parts.mark("bad", Both("未确认", "Open"))
    values = {"alarm": str(alarm.id), "times": str(alarm.raised.times), **place.values()}
    of = Both(
        f"确认 {alarm.raised.terminal} 的告警 {alarm.raised.code}",
        f"Acknowledge {alarm.raised.code} of {alarm.raised.terminal}",
    )
    return visit.form_to(
        _ACKNOWLEDGED,
        *(h("input", type="hidden", name=name, value=value) for name, value in values.items()),
        h("button", Both("确认", "Acknowledge"), aria_label=of),
    )


def _acknowledge(visit: Visit) -> Shown:
    place = _place(*(visit.typed(name) for name in ("number", "all", "before", "after")))
    number, alarms = _whole(visit.typed("alarm")), visit.store.staff.alarms
    seen = _whole(visit.typed("times"))
    with visit.store.transaction():
        alarm = None if number is None else alarms.alarm(number)
        if alarm is not None and alarm.open and alarm.raised.times == seen:
            alarms.acknowledge(alarm, timestamp(visit.now), visit.name)
            visit.record(
                Act.ALARM_ACKNOWLEDGED, f"{alarm.raised.terminal} {alarm.raised.place}", reason=alarm.raised.code
            )
    if alarm is None:
        return _list(visit, place, parts.notice("bad", _GONE), 404)
    if alarm.raised.times != seen:
        return _list(visit, place, parts.notice("bad", _AGAIN), 409)
    where = f"{alarm.raised.terminal} {alarm.raised.place}"
    return _list(visit, place, parts.notice("good", Both(f"已确认：{where}", f"Acknowledged: {where}")))


PAGES: Final = (
    Page(_PATH, "GET", _asked, Right.SEE_ALARMS, entry=_TITLE),
    Page(_ACKNOWLEDGED, "POST", _acknowledge, Right.ACKNOWLEDGE_ALARM, under=_PATH),
)
