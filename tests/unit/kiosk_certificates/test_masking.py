"""The masking table of the privacy sheet, A.2."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import masking


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张小三", "张*三"),
        ("欧阳娜娜", "欧**娜"),
        ("买买提·吐尔逊", "买买提·*"),
        ("阿卜杜拉·阿卜杜热合曼·买买提", "阿卜杜拉·*"),
        ("古丽•阿依", "古丽•*"),
        ("李", "*"),
        ("", ""),
        (" 张三 ", "张*"),
        ("\U0002cb4e三", "\U0002cb4e*"),
        ("\U00020bb7\u36c3\u4dae", "\U00020bb7*\u4dae"),
        ("\u845b\U000e0100\u5c0f\u660e", "\u845b\U000e0100*\u660e"),
        ("JOHN SMITH", "J********H"),
    ],
)
def test_names_are_masked_as_the_sheet_says(name, shown):
    assert masking.mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("11010519491231002X", "110***********002X"),
        ("110105491231002", "****1002"),
        ("1234567", "****"),
        ("", ""),
    ],
)
def test_an_id_number_shows_three_and_four(number, shown):
    assert masking.mask_id_number(number) == shown


def test_cards_and_accounts_show_their_last_four():
    assert masking.mask_card_number("A00000011") == "****0011"
    assert masking.mask_bank_account("6222021234567890123") == "****0123"
    assert masking.mask_card_number("A0011") == "****"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("010-12345678", "****5678"),
        ("12333", "****"),
        ("", ""),
    ],
)
def test_a_phone_number_shows_three_and_four(number, shown):
    assert masking.mask_phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("北京市朝阳区建国路88号2栋3单元", "北京市朝阳区****"),
        ("上海市浦东新区世纪大道100号", "上海市浦东新区****"),
        ("广东省深圳市南山区科技园路1号", "广东省深圳市南山区****"),
        ("内蒙古自治区呼和浩特市新城区某街5号", "内蒙古自治区呼和浩特市新城区****"),
        ("云南省大理白族自治州漾濞彝族自治县苍山西镇", "云南省大理白族自治州漾濞彝族自治县****"),
        ("江苏省昆山市玉山镇幸福小区3号", "江苏省昆山市****"),
        ("广东省中山市三乡镇某小区8栋", "广东省中山市****"),
        ("河北省唐山市路南区某路9号", "河北省唐山市路南区****"),
        ("河南省新乡市新乡县某镇", "河南省新乡市新乡县****"),
        ("内蒙古自治区锡林郭勒盟正蓝旗某苏木", "内蒙古自治区锡林郭勒盟正蓝旗****"),
        ("浙江省宁波市镇海区某街道", "浙江省宁波市镇海区****"),
        ("某某路88号", "****"),
        ("88 Long Road", "****"),
        ("", ""),
    ],
)
def test_an_address_is_shown_down_to_the_district(address, shown):
    assert masking.mask_address(address) == shown


def test_a_birth_date_shows_its_year():
    assert masking.mask_birth_date(date(1988, 3, 12)) == "1988"


@given(st.text(min_size=2, max_size=30))
def test_no_text_of_any_shape_is_shown_whole(text):
    for mask in (masking.mask_name, masking.mask_id_number, masking.mask_card_number, masking.mask_phone):
        shown = mask(text)
        assert shown == "" if not text.strip() else "*" in shown


def test_a_masked_id_number_leaves_home_district_and_birth_date_open():
    chance = random.Random(7)
    number = "110105" + "19880312" + f"{chance.randrange(1000):03d}" + "5"
    shown = masking.mask_id_number(number)
    assert "0105" not in shown
    assert "1988" not in shown
    assert len(shown) == 18
