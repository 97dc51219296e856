"""What can be read off a text without understanding it: quantities, words of trouble, empty phrases."""

import re
import unicodedata
from collections.abc import Iterable

_NUMBER = r"[0-9][0-9,.]*|[一二三四五六七八九十百千]+(?=[个台套条吨亩人家年月天倍成])"
_NO_UNIT = r"(?:以上|以下|以内|左右|至|到|多|余|或|及|和|起|内)"
_UNIT = rf"(?!{_NO_UNIT})[%‰°℃ΩμµA-Za-z\u4e00-\u9fff]"
_QUANTITY = re.compile(rf"(?:{_NUMBER})\s*[~～至到\-–—]*\s*{_UNIT}")
_HAS_NUMBER = re.compile(_NUMBER)
_UNIT_IN_NAME = re.compile(r"[（(/][^）)]*[%‰℃A-Za-z元吨亩天时秒分级倍次个][^）)]*[）)]?")
_DAY_OR_NAME = re.compile(
    r"[0-9]{4}\s*年(?:[0-9]{1,2}\s*月)?(?:[0-9]{1,2}\s*日)?|[0-9]{1,2}\s*月(?:[0-9]{1,2}\s*日)?|第\s*[0-9]+|[A-Za-z]+[-]?[0-9]+"
)
_TROUBLE = re.compile(
    r"难|无法|不能|不足|不够|不稳|不匀|不均|不准|做不到|达不到|跟不上|缺|损失|损耗|失败|偏高|偏低|偏大|超标|过高|过低|过长|"
    r"过大|太慢|太高|太低|高达|只能|依赖|全靠|靠人|人工|易[^于用]|容易|投诉|报废|返工|退货|降价|波动|堵|漏|开裂|断裂|裂|脱落|"
    r"变形|停机|故障|误判|漏检|浪费|污染|瓶颈|赔|亏|贵|返潮|过干|变黄|变浑|闲|堆|不愿|不允许|不清|坏|错|差|倒贴|少[^于]|低于|高于|仅|仍[^然能]|问题|缓慢|老化|失效|死亡|腐|锈|霉|粘|粉化|中感|高感|才发现|赶不上|糊住|不批|限产|被罚|拒收|误报|减产|扩散|打磨|返修|丢了"
)
_TRIED = re.compile(
    r"曾|试过|尝试|试用|试验|试制|先后|引进过|做过|改过|用过|比较过|请教|联系过|咨询|考察|对比|试[压做产]|目前|"
    r"[装加换调请找查访测]过|已[加装换用配改]|[采使]用的|全?靠|"
    r"现(?:有|用|行|采用)|原先|原来|以前|此前|委托"
)
_LIMITS = re.compile(
    r"不得|不改|不换|不增|不超|不高于|不低于|不少于|以内|须|需[要能有]|必须|应[当能有]?|限|兼容|占地|场地|厂房|车间|产线|"
    r"生产线|现有|设备|标准|GB|HJ|NY|ISO|环境|温度|湿度|防爆|食品级|能耗|原料|驻[厂场]|现场|资质|案例|业绩|数据|样品|样机|试|许可|不能|不可|不影响|达标|合格|接口|基础|能力|经验|占股|质保|响应"
)
_EMPTY = re.compile(
    r"(?:大幅|显著|进一步|有效|全面|切实)?(?:提高|提升|降低|减少|改善|增加|增强|节约|加快|优化)(?:了|公司|企业|产品的?|生产的?|其|的)*"
    r"(?:效率|质量|品质|产量|产能|成本|能耗|性能|水平|精度|强度|效益|竞争力|自动化|智能化|良品率|合格率|利用率|附加值|稳定性|寿命)"
)
_BUSINESS = re.compile(r"产值|销售额|销售收入|营收|营业|利润|税收|纳税|就业|人才|人数|投资|市场份额|占有率")
_NEAR = 14
"""Characters after an empty phrase within which a number still gives it a meaning."""
_GENERIC = re.compile(
    r"技术|需求|合作|研发|研究|开发|项目|产品|提升|升级|改造|寻求|求购|征集|关于|难题|攻关|解决|问题|引进|设备|公司|企业|工艺|方案|"
    r"产学研|高校|院所|专家|人才|团队|先进|新型|高端|智能化|自动化|数字化|质量|效率|提高|降低|成本|系统|应用|我司|我公司|[新的与和及等一种项有]"
)


def plain(text: str) -> str:
    """Return ``text`` in NFKC: full-width digits and signs are read like others."""
    return unicodedata.normalize("NFKC", text)


def has_number(text: str) -> bool:
    """Return whether a number stands in ``text``."""
    return bool(_HAS_NUMBER.search(plain(text)))


def has_quantity(text: str, name: str = "") -> bool:
    """Return whether a number with its unit stands in ``text``; the unit may stand in brackets of its ``name``."""
    text = plain(text)
    return bool(_QUANTITY.search(text)) or (
        bool(_HAS_NUMBER.search(text)) and bool(_UNIT_IN_NAME.search(plain(name)))
    )


def quantities(text: str) -> int:
    """Return how many quantities a running text names; dates, ordinals and type names are none."""
    return len(_QUANTITY.findall(_DAY_OR_NAME.sub("，", plain(text))))


def troubles(text: str) -> int:
    """Return how many different words of trouble a text has."""
    return len(set(_TROUBLE.findall(text)))


def tells_what_was_tried(text: str) -> bool:
    """Return whether a text says what is done now or was tried."""
    return bool(_TRIED.search(text))


def limits(text: str) -> int:
    """Return how many different words a text has that set a condition."""
    return len(set(_LIMITS.findall(text)))


def empty_phrase(text: str) -> str:
    """Return the first phrase that promises a change without a number near it (“提高效率”), or ''."""
    text = plain(text)
    for found in _EMPTY.finditer(text):
        if not _HAS_NUMBER.search(text[found.end() : found.end() + _NEAR]):
            return found.group()
    return ""


def is_business(indicator: str) -> bool:
    """Return whether an indicator measures a business, not what a technique does."""
    return bool(_BUSINESS.search(indicator))


def says_something(title: str) -> bool:
    """Return whether at least four characters of a title are left without the words that fit any title."""
    return len(re.sub(r"\W", "", _GENERIC.sub("", plain(title)))) >= 4


def rising(length: int, nothing: int, full: int) -> float:
    """Return 0 up to ``nothing`` characters, 1 from ``full`` on, and the share between."""
    return min(max((length - nothing) / (full - nothing), 0.0), 1.0)


def first(words: Iterable[str]) -> str:
    """Return the first of ``words`` that is not empty, or ''."""
    return next((word for word in words if word), "")
