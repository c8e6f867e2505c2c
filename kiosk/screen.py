"""What the person sees, as a value.

The screen is a function of one immutable `Screen`. The session makes it, `ui` shows it and sends back intents
(`kiosk.intents`); neither knows the other's insides. Page ids are those of the UX guide (section 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.text import Text


class Page(StrEnum):
    """The pages of the UX guide that this terminal has."""

    STANDBY = "C00"
    HOME = "C01"
    IDENTIFY = "C03"
    READING = "C04"
    PIN = "C05"
    MENU = "C07"
    RESULT_TABLE = "C08"
    CHECK = "CE"  # eligibility: ours, beside CQ and CH of the guide
    QUESTION = "C09"
    CONFIRM = "C10"
    PROCESSING = "C11"
    RESULT = "C12"
    TAKE_THINGS = "C13"
    GOODBYE = "C15"
    IDLE_WARNING = "C98"
    OUT_OF_SERVICE = "C99"


class Language(StrEnum):
    """Languages of the screen; zh is the master."""

    ZH = "zh"
    EN = "en"


class TextSize(StrEnum):
    """Standard or elder mode (长辈版): other tokens, longer times."""

    STANDARD = "standard"
    ELDER = "elder"


class Tone(StrEnum):
    """How a thing is meant; always shown with an icon and a word, never by colour alone."""

    PLAIN = "plain"
    OK = "ok"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The person's settings; they end with the session."""

    language: Language = Language.ZH
    text_size: TextSize = TextSize.STANDARD


@dataclass(frozen=True, slots=True)
class Notice:
    """A message on a page: what happened, what it means, what to do now, and the code (UX guide, section 5)."""

    tone: Tone
    title: Text
    advice: Text | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class StatusStrip:
    """The quiet line at the foot: is there a network, how old is the data, what waits to be sent."""

    online: bool
    data_as_of: str | None  # date, YYYY-MM-DD
    pending: int  # acts recorded and not yet received by the centre
    oldest_pending: str | None  # local time HH:MM or date
    clock: str  # local wall time, HH:MM
    terminal: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A service that can be chosen. If it cannot work now, `reason` says why and it cannot be pressed."""

    item: str  # code of the catalogue, e.g. SI-02
    title: Text
    subtitle: Text
    icon: str  # name of a drawing of ours: card, list, calendar, shield, certificate
    available: bool = True
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Standby:
    """C00. Nothing of any person; what can be done here now."""

    services: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """C01."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Identify:
    """C03. Which ways of showing who one is work now, and what went wrong the last time."""

    purpose: Text | None  # the service that needs it; None if the card came first
    reads: Text  # what will be read and why (PIPL art. 17)
    seconds_left: int
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """C04. Steps of the reading; `step` counts from 0 to `steps`."""

    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Pin:
    """C05. Only the count of digits is known here (never a digit)."""

    count: int
    least: int
    most: int
    tries_left: int | None
    seconds_left: int
    notice: Notice | None = None
    checking: bool = False  # the card is being asked; nothing can be typed
    on_pad: bool = False  # typed on the PIN pad: the screen shows no keys


@dataclass(frozen=True, slots=True)
class Menu:
    """C07."""

    masked_name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table. A private one is covered until the person asks for it."""

    value: Text
    private: bool = False
    align: str = "left"  # left | right


@dataclass(frozen=True, slots=True)
class ResultTable:
    """C08. Sums first, then a table in pages."""

    title: Text
    as_of: Text  # "截至 …": never "current"
    summary: tuple[tuple[Text, Cell], ...]
    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]  # of this page only
    page: int  # from 1
    pages: int
    covered: bool  # amounts hidden until 显示
    can_print: bool
    print_reason: Text | None = None  # why not
    remarks: tuple[Text, ...] = ()
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A choice on a question page."""

    key: str
    title: Text
    subtitle: Text | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure typed freely on a question page: so many digits before the point, and after it (0: no point)."""

    digits: int
    decimals: int = 0
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """C09. One question a page: a choice, digits that fill a mask (like YYYY-MM), or a figure; one of the three.

    `unsure`: the words of the button for "I don't know", which is DECLINE; a choice has it among its options.
    """

    title: Text
    hint: Text | None
    options: tuple[Option, ...] = ()
    mask: str = ""  # "YYYY-MM": digits fill the letters
    typed: str = ""  # digits so far; of a figure also the point
    notice: Notice | None = None
    figure: Figure | None = None
    unsure: Text | None = None


class Verdict(StrEnum):
    """How a check came out, as it is told; a "no" that time or a step can turn is never one."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"
    ONE_STEP = "one_step"
    CANNOT_SAY = "cannot_say"
    COMPUTED = "computed"


class Standing(StrEnum):
    """How one condition stands."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_YET = "not_yet"
    STEP_OPEN = "step_open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A condition: the state with its word, the sentence, and the figures it used with source and day."""

    state: Standing
    word: Text
    sentence: Text
    used: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class DecidingFigure:
    """What the answer turns on, where it came from and how old it is."""

    label: Text
    value: Text
    origin: Text | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """CE. The answer of a check with all that it rests on. Sections that are empty are not shown."""

    title: Text
    verdict: Verdict
    headline: Text
    figure: DecidingFigure | None
    why: tuple[Text, ...] = ()
    alternatives: tuple[tuple[Text, Text], ...] = ()
    missing: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()  # double benefits and risks; they change no outcome
    conditions: tuple[ConditionLine, ...] = ()
    figures: tuple[tuple[Text, Text], ...] = ()
    next_step: tuple[Text, ...] = ()
    articles: tuple[Text, ...] = ()
    disclaimers: tuple[Text, ...] = ()
    can_print: bool = False
    print_reason: Text | None = None  # why not
    step: tuple[str, Text] | None = None  # the item by which an open step is done here, and the words of its button
    apply: Text | None = None  # words of the button that goes on to an application


@dataclass(frozen=True, slots=True)
class Confirm:
    """C10. What will be done, for whom, at what cost; the verb on the button."""

    title: Text
    facts: tuple[tuple[Text, Text], ...]
    verb: Text
    remarks: tuple[Text, ...] = ()


class StepState(StrEnum):
    """State of one step on C11."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Processing:
    """C11. No Back; a second press is impossible."""

    title: Text
    steps: tuple[tuple[Text, StepState], ...]
    patience: bool = False  # "仍在处理,请勿离开" after host.slow


class ResultKind(StrEnum):
    """The four real ends of a transaction (UX guide, principle 3)."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Result:
    """C12."""

    kind: ResultKind
    title: Text
    lines: tuple[Text, ...]
    reference: str  # our local number; empty if nothing was recorded
    notice: Notice | None = None


class ThingState(StrEnum):
    """One thing on the take-your-things list."""

    TAKE = "take"
    TAKEN = "taken"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Thing:
    """A card, a receipt, a paper."""

    kind: str  # card | receipt | paper | id
    title: Text
    state: ThingState


@dataclass(frozen=True, slots=True)
class TakeThings:
    """C13. Card first, papers second."""

    things: tuple[Thing, ...]
    urgency: int  # 0 asked, 1 reminded, 2 each second
    left_behind: bool = False  # a card was left: call staff
    notice: Notice | None = None
    can_finish: bool = False  # the card is out and only papers are left, which nobody can sense: the person says so


@dataclass(frozen=True, slots=True)
class Goodbye:
    """C15."""

    receipt: bool = False


@dataclass(frozen=True, slots=True)
class OutOfService:
    """C99. Plain reason, since when; any held card was returned first."""

    reason: Text
    since: str  # local time, YYYY-MM-DD HH:MM
    code: str = ""


Body = (
    Standby
    | Home
    | Identify
    | Reading
    | Pin
    | Menu
    | ResultTable
    | CheckResult
    | Question
    | Confirm
    | Processing
    | Result
    | TakeThings
    | Goodbye
    | OutOfService
)


@dataclass(frozen=True, slots=True)
class IdleWarning:
    """C98 over any page: what is below is covered, not dimmed."""

    seconds_left: int


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything the person sees at one moment."""

    page: Page
    body: Body
    preferences: Preferences
    strip: StatusStrip
    can_back: bool = False
    can_exit: bool = False
    idle_warning: IdleWarning | None = None
