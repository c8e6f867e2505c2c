"""Names that could be: common surnames by weight, given names by sex and time, minority names, some rare characters."""

from __future__ import annotations

from random import Random
from typing import Final

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_DOUBLE_SURNAMES: Final = ("欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟")
_OLD: Final = {"1": "建国军平志强德福明华国胜文生永根宝树长林", "2": "桂兰秀英玉珍淑芳凤梅素琴春香月娥金花翠萍"}
_MIDDLE: Final = {"1": "勇伟峰斌涛鹏磊超辉波宏亮刚健凯旭东海浩杰", "2": "丽敏静燕娟霞艳红玲洁莉娜慧颖雪琳倩岚妍瑛"}
_YOUNG: Final = {"1": "子轩浩宇梓豪睿泽晨逸铭辰奕皓博远嘉瑞景行", "2": "子涵欣怡梓萱诗语若溪思彤语桐可馨佳宁一诺安然"}
_RARE: Final = ("𬭎", "𫖯", "䶮", "㛃", "𠮷", "𬱖", "堃", "甡", "喆", "翀")
_MINORITY: Final[tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("05", ("阿卜杜拉", "买买提", "艾力", "古丽娜尔", "阿依古丽"), ("热合曼", "吐尔逊", "卡德尔", "艾尼瓦尔")),
    ("04", ("扎西", "达瓦", "格桑", "卓玛"), ("多吉", "次仁", "平措", "央金")),
    ("07", ("吉克", "阿木", "沙马"), ("阿依", "日古", "尔聪")),
)


def invented_name(chance: Random, sex: str, birth_year: int) -> tuple[str, str]:
    """(name, GB/T 3304 code of the ethnic group)."""
    draw = chance.random()
    if draw < 0.02:
        code, given, family = chance.choice(_MINORITY)
        return f"{chance.choice(given)}·{chance.choice(family)}", code
    surname = chance.choice(_DOUBLE_SURNAMES) if draw < 0.025 else _SURNAMES[int(chance.random() ** 2 * len(_SURNAMES))]
    pool = _OLD if birth_year < 1966 else _MIDDLE if birth_year < 1996 else _YOUNG
    if draw > 0.995:
        return surname + chance.choice(_RARE), "01"
    given_name = chance.choice(pool[sex])
    if chance.random() < 0.72:
        given_name += chance.choice(pool[sex])
    return surname + given_name, "01" if draw < 0.93 else chance.choice(("03", "11", "15", "08"))
