"""Reason codes that the evaluation itself gives; rules bring their own in `[code.*]`. The list is closed by both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kiosk.benefits.vocabulary import Saying

FACT_MISSING: Final = "FACT_MISSING"
PARAMETER_MISSING: Final = "PARAMETER_MISSING"
LOWER_BOUND: Final = "OTHER_PLACE_OR_LATE_MONTHS"
POLICY_ENDED: Final = "POLICY_ENDED"
POLICY_STATUS_UNKNOWN: Final = "POLICY_STATUS_UNKNOWN"
NO_RULE_FOR_DATE: Final = "NO_RULE_FOR_DATE"
REVIEW_REQUIRED: Final = "REVIEW_REQUIRED"
GOVERNING_DATE_ASSUMED: Final = "GOVERNING_DATE_ASSUMED"
LOCAL_LAYER_EXPIRED: Final = "LOCAL_LAYER_EXPIRED"
PACKAGE_EXPIRED: Final = "PACKAGE_EXPIRED"

BUILT_IN_CODES: Final[Mapping[str, Saying]] = {
    FACT_MISSING: Saying(zh="缺少判断所需的情况", en="a fact that is needed is not known"),
    PARAMETER_MISSING: Saying(zh="本机没有当地标准", en="a local figure is not on this terminal"),
    LOWER_BOUND: Saying(
        zh="其他地方或最近的缴费月数可能未计入", en="months paid elsewhere or lately may not be counted here"
    ),
    POLICY_ENDED: Saying(zh="政策已经结束", en="the policy has ended"),
    POLICY_STATUS_UNKNOWN: Saying(zh="政策是否延续尚不清楚", en="whether the policy goes on is not known"),
    NO_RULE_FOR_DATE: Saying(zh="该日期尚无此项规定", en="there was no such rule at that date"),
    REVIEW_REQUIRED: Saying(zh="规则文本待人工核实", en="the text of the rule awaits confirmation by a person"),
    GOVERNING_DATE_ASSUMED: Saying(
        zh="未提供适用日期，按查询当日计算", en="no governing date given: the day of asking"
    ),
    LOCAL_LAYER_EXPIRED: Saying(zh="当地规定已过有效期，按国家上限说明", en="the local rule is over: national figures"),
    PACKAGE_EXPIRED: Saying(zh="规则包已过有效期", en="the package of rules is over its time"),
}
