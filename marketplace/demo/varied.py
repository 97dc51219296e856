"""Varied achievements and demands for measuring, put together from words: the same seed and place, the same text."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import permutations
from math import exp
from random import Random
from types import MappingProxyType
from typing import Any

from marketplace.demo.plan import dice
from marketplace.demo.texts import FOLDER, MARK
from marketplace.domain import regions
from marketplace.domain.identifiers import patent_check_character, uscc_check_character
from marketplace.domain.taxonomy import CITY_TAGS

_STRIDE = 61843
"""A prime: neighbours in the series differ in everything, and no combination comes twice before all have come."""

_STRONG = (
    "装置从旁路接入现有产线，安装停机不超过{n}个班次。",
    "全部部件采用国内现货，备件到货时间不超过{n}天。",
    "操作界面按班组习惯编排，新员工培训{n}小时即可独立上岗。",
    "关键参数可在线修改并自动留痕，出现争议时能够逐批追溯。",
    "已形成图纸、工艺卡和检验规程各一套，可随合同一并移交。",
    "在{place}完成了为期{n}个月的对比试验，数据由使用单位盖章确认。",
    "方案按规模分三档配置，小厂可以先上一档，之后逐步扩充。",
    "成果不依赖进口原料，价格波动时可用{n}种替代物。",
)
_NEED = (
    "希望承接方在{n}个月内完成样机，在现场连续运行一个季度后验收。",
    "现场可提供水、电和{n}平方米场地，并安排两名技术人员配合。",
    "已尝试过两种现成产品，均未达到要求，可提供试验记录。",
    "方案不应改变前后工序的节拍，改造总停机时间不超过{n}天。",
    "优先考虑有同类现场运行案例的单位，可分期付款。",
    "成果若有效，将在{place}的其他厂点继续推广。",
)
_SYLLABLES = "澜栎渚曜迩砺枢屿穗磬泠峤珩榆汀岑璟垚沅澍"
_FAMILY = "温祁贺麦章童顾林苏司陆席冷康闵邵叶罗谈柴"
_GIVEN = "怀瑜小满敬农清扬若谷书予云樵砚秋望舒景行北辰春和"


@dataclass(frozen=True)
class Vocabulary:
    """The words of ``texts/scale.toml``."""

    settings: tuple[str, ...]
    places: tuple[str, ...]
    subjects: tuple[Mapping[str, Any], ...]

    @property
    def combinations(self) -> int:
        """How many different titles there are."""
        return sum(self.size(subject) for subject in self.subjects)

    def size(self, subject: Mapping[str, Any]) -> int:
        """Return how many titles a subject gives."""
        lists = (subject["objects"], subject["methods"], subject["results"], self.settings)
        size = 1
        for each in lists:
            size *= len(each)
        return size


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the words, read once."""
    raw = tomllib.loads((FOLDER / "scale.toml").read_text(encoding="utf-8"))
    subjects = tuple(MappingProxyType(each) for each in raw["subject"])
    return Vocabulary(tuple(raw["settings"]), tuple(raw["places"]), subjects)


@dataclass(frozen=True)
class Mix:
    """One combination of words, with a source of chance for the rest; ``lap`` counts how often it came before."""

    subject: Mapping[str, Any]
    subject_object: str
    method: str
    result: str
    setting: str
    lap: int
    chance: Random

    @property
    def title(self) -> str:
        """A title that no other combination has."""
        if self.setting.endswith("的"):
            words = f"{self.setting}{self.subject_object}{self.method}{self.result}"
        else:
            words = f"基于{self.method}的{self.setting}{self.subject_object}{self.result}"
        return words if self.lap == 0 else f"{words}（{self.lap + 1}型）"


def mix(kind: str, seed: int, place: int) -> Mix:
    """Return the combination at ``place`` (from 0) of the series of ``kind`` and ``seed``."""
    words = vocabulary()
    start = dice("series", kind, seed).randrange(words.combinations)
    lap, _ = divmod(place, words.combinations)
    number = (start + place * _STRIDE) % words.combinations
    for subject in words.subjects:
        size = words.size(subject)
        if number < size:
            break
        number -= size
    picked = []
    for options in (subject["objects"], subject["methods"], subject["results"], words.settings):
        number, rest = divmod(number, len(options))
        picked.append(options[rest])
    return Mix(subject, picked[0], picked[1], picked[2], picked[3], lap, dice(kind, seed, place))


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}".removesuffix(".0")


def _rows(found: Mix, now: str, then: str) -> list[dict[str, str]]:
    rows = []
    for name, unit, worst, best in found.chance.sample(found.subject["indicators"], 2):
        before = worst + (best - worst) * found.chance.uniform(-0.1, 0.15)
        after = worst + (best - worst) * found.chance.uniform(0.6, 1.0)
        space = "" if unit in ("%", "℃") else " "
        rows.append(
            {"indicator": name, now: _number(before) + space + unit, then: _number(after) + space + unit}
        )
    return rows


def _sentences(found: Mix, patterns: tuple[str, ...], count: int) -> str:
    return "".join(
        pattern.format(n=found.chance.randint(2, 12), place=found.chance.choice(vocabulary().places))
        for pattern in found.chance.sample(patterns, count)
    )


def _tags(found: Mix) -> list[str]:
    tags = found.subject["tags"]
    chosen = found.chance.sample(tags, found.chance.randint(1, len(tags)))
    return [code for code in CITY_TAGS.codes if code in chosen]


def _amount(found: Mix, unknown: float) -> int | None:
    """Return a price in 分, log-normal around 55 万元, or None."""
    if found.chance.random() < unknown:
        return None
    return max(2, round(exp(found.chance.gauss(4.0, 1.0)))) * 1_000_000


def _common(found: Mix) -> dict[str, Any]:
    family, given = found.chance.choice(_FAMILY), found.chance.randrange(0, len(_GIVEN), 2)
    return {
        "title": found.title,
        "field": found.subject["field"],
        "tags": _tags(found),
        "keywords": [found.subject_object, found.method, found.result],
        "contact_name": family + _GIVEN[given : given + 2],
        "contact_phone": f"0557-3{found.chance.randrange(1000000):06d}",
        "contact_email": f"scale{found.chance.randrange(100000)}@scale.example",
    }


def achievement(seed: int, place: int, today: date, owner: str) -> dict[str, Any]:
    """Return the columns of an achievement's revision; ``ip_rights`` are rows of their own."""
    found = mix("achievement", seed, place)
    chance, rows = found.chance, _rows(found, "current", "achieved")
    problem = chance.choice(found.subject["problems"])
    told = "，".join(f"{row['indicator']}由{row['current']}变为{row['achieved']}" for row in rows)
    scale = chance.choices(("generic", "gbt37264", "gbt22900"), (8, 1, 1))[0]
    year = today.year - chance.randint(1, 4)
    price = _amount(found, 0.2)
    return {
        **_common(found),
        "benefit": f"{rows[0]['indicator']}由{rows[0]['current']}变为{rows[0]['achieved']}",
        "summary": f"针对{found.subject_object}“{problem}”的情况，以{found.method}为核心形成{found.result}。"
        f"试用表明，{told}。{_sentences(found, _STRONG, 3)}",
        "problem": f"{problem}。同类做法多靠经验，换一个现场就要重来。",
        "advantages": f"{_sentences(found, _STRONG, 2)}核心在于{found.method}与{found.subject_object}现场条件的结合。",
        "metrics": [{**row, "evidence": chance.choice(("用户报告", "第三方检测报告", "试验记录"))} for row in rows],
        "sectors": list(found.subject["sectors"]),
        "completed_by": [owner],
        "team": [chance.choice(_FAMILY) + chance.choice(_GIVEN) for _ in range(3)],
        "research_from": date(year - chance.randint(1, 4), 3, 1),
        "research_to": date(year, 11, 30),
        "attribute": chance.choices(("original", "absorbed", "developed"), (5, 2, 3))[0],
        "forms": [chance.choice(("technology", "process", "product", "material", "equipment", "software"))],
        "level": chance.choice(("world_advanced", "china_leading", "china_advanced", "unrated")),
        "stage": chance.choices(("early", "middle", "mature"), (2, 4, 4))[0],
        "maturity_scale": scale,
        "maturity_level": chance.choices(range(1, 10), (1, 2, 4, 6, 9, 10, 12, 9, 5))[0],
        "maturity_proof": f"在{chance.choice(vocabulary().places)}连续运行{chance.randint(2, 20)}个月。",
        "evaluation": chance.choice(("acceptance", "review", "institution", "patent", "none")),
        "pricing": "negotiable" if price is None else chance.choice(("agreement", "listing", "auction")),
        "price_fen": price,
        "valid_until": today + timedelta(days=chance.randint(30, 900)),
        "ways": _ways(found, ("transfer", "exclusive", "sole", "ordinary", "equity", "joint", "service")),
        "ip_rights": [_right(found, place, number, owner) for number in range(chance.choice((1, 1, 2, 3)))],
    }  # fmt: skip


def _ways(found: Mix, codes: tuple[str, ...]) -> list[str]:
    chosen = found.chance.sample(codes, found.chance.randint(1, 3))
    return [code for code in codes if code in chosen]


def _right(found: Mix, place: int, number: int, owner: str) -> dict[str, str]:
    """Return a right; serial numbers begin with 9, beyond what the offices have issued."""
    kind = found.chance.choices(("invention", "utility", "software", "secret"), (5, 2, 2, 1))[0]
    serial = 9_000_000 + (place * 3 + number) % 1_000_000
    year = found.chance.randint(2012, 2023)
    if kind == "software":
        text = f"{year}SR{serial}"
    elif kind == "secret":
        text = ""
    else:
        body = f"{year}{1 if kind == 'invention' else 2}{serial}"
        text = f"{body}.{patent_check_character(body)}"
    # The first right stands: without one, nothing could be licensed.
    status = found.chance.choices(("valid", "pending", "lapsed"), (8, 2, 0.5 if number else 0))[0]
    return {"ip_type": kind, "number": text, "status": status, "owner": owner}


def demand(seed: int, place: int, today: date) -> dict[str, Any]:
    """Return the columns of a demand's revision. Nothing in it names its owner."""
    found = mix("demand", seed, place)
    chance, rows = found.chance, _rows(found, "present", "target")
    problem = chance.choice(found.subject["problems"])
    return {
        **_common(found),
        "title": f"{chance.choice(('寻求', '引进', '开发'))}{found.title}",
        "demand_type": chance.choices(("research", "adoption", "team", "project"), (5, 4, 1, 1))[0],
        "summary": f"{found.subject_object}方面，{problem}。希望以{found.method}等办法形成可用的{found.result}，"
        f"{rows[0]['indicator']}达到{rows[0]['target']}。{_sentences(found, _NEED, 1)}",
        "situation": f"{problem}。目前{rows[0]['indicator']}为{rows[0]['present']}，"
        f"{rows[1]['indicator']}为{rows[1]['present']}。{_sentences(found, _NEED, 3)}",
        "metrics": rows,
        "due_on": today + timedelta(days=chance.randint(30, 600)),
        "budget_fen": _amount(found, 0.15),
        "ways": _ways(found, ("commission", "joint", "transfer", "licence", "consulting", "service", "open")),
        "ip_ownership": chance.choice(("demander", "provider", "shared", "agreed")),
        "requirements": _sentences(found, _NEED, 1),
        "disclosure": chance.choices(("public", "anonymous", "verified", "admin"), (70, 15, 10, 5))[0],
    }  # fmt: skip


@dataclass(frozen=True)
class Owner:
    """An invented organisation of the series."""

    uscc: str
    kind: str
    name: str
    division: str


def owner(seed: int, place: int) -> Owner:
    """Return the organisation at ``place`` of the series of ``seed``."""
    chance = dice("owner", seed, place)
    division = chance.choice(_divisions())
    kind = chance.choices(("enterprise", "university"), (6, 4))[0]
    return owner_in(seed, place, division, kind, chance)


def owner_in(seed: int, place: int, division: str, kind: str, chance: Random | None = None) -> Owner:
    """Return the organisation at ``place`` of a series whose division and kind are asked for."""
    chance = chance or dice("owner in", seed, place)
    pairs = list(permutations(_SYLLABLES, 2))
    word = "".join(pairs[(place * 7 + seed * 101) % len(pairs)])
    ending = chance.choice(("科技有限公司", "装备有限公司", "新材料有限公司"))
    if kind == "university":
        ending = chance.choice(("技术研究院", "理工学院", "工程研究所"))
    name = f"{regions.short_name(division)}{word}{ending}{MARK}"
    return Owner(_uscc(kind, division, seed, place), kind, name, division)


@lru_cache(maxsize=1)
def _divisions() -> tuple[str, ...]:
    """Return the divisions of the city, as many again of the rest of the province and of its neighbours."""
    inside = [each.code for each in regions.children(regions.CITY) if regions.is_leaf(each.code)]
    outside = (
        "340104",
        "340111",
        "340302",
        "340202",
        "320102",
        "320211",
        "320505",
        "310115",
        "330106",
        "110108",
    )
    return (*inside, *outside)


def _uscc(kind: str, division: str, seed: int, place: int) -> str:
    """Return a code with both check characters right (GB 32100, GB 11714); its body begins with DEM: invented."""
    body = f"DEM{10000 + (seed * 1000 + place) % 90000}"
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    weighted = sum(
        digits.index(char) * weight for char, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    )
    check = "0123456789X0"[11 - weighted % 11]
    start = f"{'91' if kind == 'enterprise' else '12'}{division}{body}{check}"
    return start + uscc_check_character(start)
