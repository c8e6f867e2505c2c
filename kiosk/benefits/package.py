"""A package of rules as people write it: TOML that says what it is, then vocabulary, figures, rules, overlays, checks.

Read and checked for shape here; what its expressions mean is checked when they are compiled (`compiling`). Every error
names file, rule, place in it and what belongs there.
"""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from kiosk.benefits.versions import VersionUnfit, whole
from kiosk.benefits.vocabulary import FactKind, ParameterKind, Prose, Row, Saying, Word, as_tuple

RuleId = Annotated[str, Field(pattern=r"^R-[A-Z0-9]+(-[A-Z0-9]+)*$")]
CheckId = Annotated[str, Field(pattern=r"^X-[0-9]{1,2}$")]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,39}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,47}$")]
Formula = Annotated[str, Field(min_length=1, max_length=2000)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
Mark = Literal["T", "P", "R", "K-high", "K-med", "K-low"]


class PackageUnfit(Exception):  # noqa: N818 - named by the condition
    """A package cannot be used; nothing of it is. `file`, `rule`, `place` and what belongs there."""

    def __init__(self, file: str, rule: str | None, place: str | None, wrong: str) -> None:
        where = ", ".join(part for part in (file, rule, place) if part)
        super().__init__(f"{where}: {wrong}")
        self.file, self.rule, self.place, self.wrong = file, rule, place, wrong


class Head(Row):
    """`[package]`: what the signed list says of it, too."""

    kind: Literal["rules"]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
    version: Annotated[int, Field(ge=1)]
    valid_from: date
    place: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    title: str | None = None


class CitationRow(Row):
    """`[[citation]]`: a place in the law; `mark` is how far its text was checked (section 0.1)."""

    id: Name
    title: Prose
    document_number: Prose
    article: Prose
    effective_from: date
    effective_to: date | None = None
    mark: Mark


class ConditionRow(Row):
    """`[[rule.condition]]`: one requirement, said as what must hold.

    `kind` is what a FALSE means: final, not_yet (true `from` a month or day), step_open (the person can do it by item
    `step`). `false_code`, `unknown_code`: reason codes beside those that every rule has.
    """

    id: Name
    holds: Formula
    kind: Literal["final", "not_yet", "step_open"]
    from_: Formula | None = Field(default=None, alias="from")
    step: Prose | None = None
    zh: Prose
    en: Prose
    false_zh: Prose | None = None
    false_en: Prose | None = None
    cites: Names
    false_code: Code | None = None
    unknown_code: Code | None = None
    unknown_code_if: Formula | None = None
    """The code is left out when this is FALSE."""
    open_code: Code | None = None
    """Where the law itself is silent: the code when it cannot be said although nothing is missing."""

    @model_validator(mode="after")
    def _kind_and_help(self) -> ConditionRow:
        if (self.kind == "step_open") != (self.step is not None):
            raise ValueError("`step` names the item by which an open step is done; other kinds have none")
        if self.from_ is not None and self.kind != "not_yet":
            raise ValueError("`from` belongs to kind not_yet")
        if self.unknown_code_if is not None and self.unknown_code is None:
            raise ValueError("unknown_code_if needs unknown_code")
        if (self.false_zh is None) != (self.false_en is None):
            raise ValueError("false_zh and false_en come together")
        return self


class CaveatRow(Row):
    """`[[rule.caveat]]`: when TRUE, the conditions that it `touches` (none named: all) cannot be said here.

    Nor can what the rule computes. Not asked is no caveat.
    """

    code: Code
    when: Formula
    touches: Names = ()
    zh: Prose
    en: Prose
    cites: Names = ()


class ResultRow(Row):
    """One figure of the rule. Money (unit yuan, yuan_per_month) is given to cents, half up."""

    value: Formula
    zh: Prose
    en: Prose
    unit: Word | None = None
    needed: bool = True
    """Whether a computing rule that lacks it is undetermined."""
    words: dict[str, Saying] = Field(default_factory=dict)
    """What people read for each word of a figure that is one of several."""


class DeadlineRow(Row):
    """`[[rule.deadline]]`: a last day for something."""

    id: Name
    on: Formula
    zh: Prose
    en: Prose
    cites: Names


class AmountRow(Saying):
    """`[rule.amount]`: which result is the sum, and what the estimate rests on."""

    value: Word
    most: bool = False
    """The figure is a ceiling."""


class NextStep(Saying):
    """`[rule.next_step]`: where to go; `papers` to bring; `working_days` the agency has (section 9)."""

    item: str | None = None
    papers_zh: Names = ()
    papers_en: Names = ()
    working_days: int | None = None
    cites: Names = ()


class TableRow(Row):
    """`[rule.table.NAME]`: figures by key."""

    by: Literal["count", "word"]
    type: Literal["count", "number", "flag", "choice"]
    values: dict[str, int | str | bool]


class DefinitionRow(Row):
    """`[rule.define.NAME]`: a formula of arguments, each `name: type`."""

    takes: dict[Word, Literal["count", "number", "month", "day", "flag"]]
    formula: Formula


class CeilingRow(Row):
    """`[[rule.ceiling]]`: no layer below may put `let` above `most` (or below `least`), whatever the facts in `over`.

    `over`: per fact of the rule a first and a last count.
    """

    let: Word
    most: Formula | None = None
    least: Formula | None = None
    over: dict[Word, tuple[int, int]]
    cites: Names


class ExampleRow(Row):
    """`[[rule.example]]`: facts and what must come of them; `kiosk benefits test` runs it."""

    name: Prose
    facts: dict[Word, Any]
    as_of: date
    place: str = "CN"
    parameters: dict[Word, Any] = Field(default_factory=dict)
    outcome: Literal["ELIGIBLE", "NOT_ELIGIBLE", "UNDETERMINED", "COMPUTED"]
    result: dict[Word, Any] = Field(default_factory=dict)
    codes: Names = ()
    source: Prose


class GuideRow(Saying):
    """One paragraph of `[[rule.guide]]`."""


class Parts(Row):
    """What a rule and an overlay have in common."""

    version: Prose
    governs_from: date | None = None
    governs_to: date | None = None
    facts: dict[Word, Word] = Field(default_factory=dict)
    let: dict[Word, Formula] = Field(default_factory=dict)
    condition: Annotated[tuple[ConditionRow, ...], BeforeValidator(as_tuple)] = ()
    caveat: Annotated[tuple[CaveatRow, ...], BeforeValidator(as_tuple)] = ()
    result: dict[Word, ResultRow] = Field(default_factory=dict)
    deadline: Annotated[tuple[DeadlineRow, ...], BeforeValidator(as_tuple)] = ()
    table: dict[Word, TableRow] = Field(default_factory=dict)
    define: dict[Word, DefinitionRow] = Field(default_factory=dict)
    example: Annotated[tuple[ExampleRow, ...], BeforeValidator(as_tuple)] = ()
    amount: AmountRow | None = None
    next_step: NextStep | None = None
    note: Annotated[tuple[Saying, ...], BeforeValidator(as_tuple)] = ()
    cites: Names = ()

    @model_validator(mode="after")
    def _ids_once(self) -> Parts:
        for what, ids in (
            ("condition", [each.id for each in self.condition]),
            ("deadline", [each.id for each in self.deadline]),
        ):
            if len(ids) != len(set(ids)):
                raise ValueError(f"two of {what} have one id")
        return self


class RuleRow(Parts):
    """`[[rule]]`. `decides` yes or no, or computes figures. `uses`: rules whose lets, tables and definitions it names.

    A later version may be written as what it `changes` of one above it (`versions`).

    `governing`: the day or month whose law counts. `after_end`: what an end means for a later governing date.
    `review`: why a person must confirm the text before the rule may answer. `monotone`: facts of which more never
    turns a yes into a no. `alternatives`: the fact for which each word is shown when it is unknown.
    """

    id: RuleId
    zh: Prose
    en: Prose
    decides: bool
    governing: Formula | None = None
    after_end: Literal["ended", "status_unknown"] | None = None
    review: Prose | None = None
    uses: Names = ()
    monotone: Names = ()
    alternatives: Word | None = None
    duration: Word | None = None
    """The result that says for how long."""
    ceiling: Annotated[tuple[CeilingRow, ...], BeforeValidator(as_tuple)] = ()
    guide: Annotated[tuple[GuideRow, ...], BeforeValidator(as_tuple)] = ()

    @model_validator(mode="after")
    def _end_is_explained(self) -> RuleRow:
        if (self.governs_to is None) != (self.after_end is None):
            raise ValueError("governs_to and after_end come together")
        if self.decides and not self.condition and not self.caveat:
            raise ValueError("a deciding rule has conditions or a caveat")
        return self


class OverlayRow(Parts):
    """`[[overlay]]`: what a place changes in a rule. `replace`: lets, conditions, results, tables that are there;
    `narrow`: conditions that come on top; `add`: what the rule has not got yet."""

    rule: RuleId
    mode: Literal["replace", "narrow", "add"]
    prolongs: bool = False
    """While this layer is in force the policy goes on here, whatever the nation's end."""
    reviewed: bool = False
    """The place has confirmed the text: the national `review` no longer holds here."""


class ParameterRow(Row):
    """`[[parameter]]`: a local figure with its document; missing or out of date is unknown, never a default."""

    name: Word
    key: str | int | None = None
    value: Any
    document: Prose
    valid_from: date
    valid_until: date | None = None
    source_page: Prose
    approved_by: Prose


class CheckRow(Row):
    """`[[check]]`: a double benefit or a risk (section 7): a warning and a flag, never an outcome."""

    id: CheckId
    when: Formula
    facts: dict[Word, Word]
    after: Names
    """Rules after which it runs; empty is after each."""
    uses: Names = ()
    """Rules whose lets `when` and the texts name."""
    zh: Prose
    en: Prose
    cites: Names

    def runs_after(self, rule_id: str) -> bool:
        """Whether it belongs to this rule; one that names none runs after each."""
        return not self.after or rule_id in self.after


class CodeRow(Saying):
    """A reason code with its sentence."""


class Content(Row):
    """A whole package."""

    package: Head
    fact: dict[Word, FactKind] = Field(default_factory=dict)
    parameter_kind: dict[Word, ParameterKind] = Field(default_factory=dict)
    code: dict[Code, CodeRow] = Field(default_factory=dict)
    citation: Annotated[tuple[CitationRow, ...], BeforeValidator(as_tuple)] = ()
    rule: Annotated[tuple[RuleRow, ...], BeforeValidator(as_tuple)] = ()
    overlay: Annotated[tuple[OverlayRow, ...], BeforeValidator(as_tuple)] = ()
    parameter: Annotated[tuple[ParameterRow, ...], BeforeValidator(as_tuple)] = ()
    check: Annotated[tuple[CheckRow, ...], BeforeValidator(as_tuple)] = ()


def read_content(text: str | bytes, file: str) -> Content:
    """The package in a TOML text. Raises PackageUnfit."""
    try:
        table = tomllib.loads(text if isinstance(text, str) else text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackageUnfit(file, None, None, f"is no TOML in UTF-8 ({error})") from None
    try:
        table = whole(table)
    except VersionUnfit as error:
        raise PackageUnfit(file, error.rule, "changes", error.wrong) from None
    try:
        return Content.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise _unfit(file, table, first["loc"], first["msg"]) from None


def _unfit(file: str, table: dict[str, Any], at: tuple[int | str, ...], message: str) -> PackageUnfit:
    """Says `condition UI-C1` and not `condition.0`."""
    node: Any = table
    rule: str | None = None
    parts: list[str] = []
    for part in at:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
        named = (node.get("id") or node.get("rule")) if isinstance(node, dict) else None
        if isinstance(named, str) and named.startswith("R-") and rule is None:
            rule, parts = named, []
        else:
            parts.append(str(named) if isinstance(part, int) and isinstance(named, str) else str(part))
    return PackageUnfit(file, rule, " ".join(parts) or None, message)
