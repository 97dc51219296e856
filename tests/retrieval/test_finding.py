"""Beyond what is written: found by sound, completed while typing, meant instead, about the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from marketplace.retrieval.documents import Document
from marketplace.retrieval.engine.sounds import Sounds
from marketplace.retrieval.engine.vocabulary import Words
from marketplace.retrieval.index import SearchRequest
from marketplace.retrieval.pinyin import Typed
from marketplace.retrieval.snippets import highlight
from marketplace.retrieval.whoosh_index import WhooshIndex
from tests.retrieval.samples import document

HIDDEN = frozenset({"verified", "admin"})
KINDS = ("achievement", "demand", "organisation")


def listed() -> list[Document]:
    """Achievements 1 to 5, a demand that the public does not see, and organisations."""

    def one(number: int, title: str, body: str, keywords: str, **more: Any) -> Document:
        return document(number, title, body, keywords=tuple(keywords.split()), **more)

    demand = {"kind": "demand", "audiences": HIDDEN, "key": "demand:6"}
    return [
        one(1, "高导热石墨烯散热膜制备技术", "以氧化石墨为原料，导热系数高", "石墨烯 散热膜 导热"),
        one(2, "无醛大豆胶人造板", "甲醛未检出，胶合强度高", "无醛胶 大豆蛋白"),
        one(3, "抗赤霉病小麦新品种", "亩产六百公斤", "小麦育种 赤霉病"),
        one(4, "LED显示用驱动芯片", "灰度高", "LED 驱动芯片"),
        one(5, "石墨烯防腐涂料", "涂层薄，散热好", "石墨烯 防腐涂料"),
        one(6, "寻找氢燃料电池双极板", "缺少供应商", "双极板", **demand),
        one(7, "宿州星河新材料有限公司", "", "", kind="organisation", key="organisation:7"),
        one(8, "安徽农业大学", "", "", kind="organisation", key="organisation:8"),
    ]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshIndex]:
    """An index of two segments, one document of which is deleted."""
    path: Path = tmp_path_factory.mktemp("finding")
    made = WhooshIndex(path)
    made.rebuild([*listed()[:4], document(9, "石墨烯旧产品", "", keywords=("石墨烯",))], 5, processes=1)
    made.apply(listed()[4:], [("achievement", 9)])
    yield made
    made.close()


@pytest.mark.parametrize(
    ("typed", "subjects"),
    [
        ("shimoxi", [5, 1]),
        ("smx", [5, 1]),
        ("shimo sanre", [1]),
        ("石墨烯 tuliao", [5, 1]),
        ("xhxcl", [7]),
        ("anhuinongye", [8]),
        ("shuangjiban", []),
        ("xishimo", []),
    ],
)
def test_titles_are_found_by_sound(found: WhooshIndex, typed: str, subjects: list[int]) -> None:
    page = found.search(SearchRequest(text=typed))
    assert [hit.subject_id for hit in page.hits] == subjects
    assert page.sounded == bool(subjects)


def test_what_is_written_so_comes_before_what_sounds_so(found: WhooshIndex) -> None:
    """Two Latin words typed: the one that is written decides alone, as far as enough is found by it."""
    page = found.search(SearchRequest(text="led"))
    assert [hit.subject_id for hit in page.hits] == [4]
    assert not page.sounded
    assert found.search(SearchRequest(text="shuangjiban", audience="verified")).total == 1
    assert found.search(SearchRequest(text='"shimoxi"')).total == 0, "a phrase means what is written"


def test_what_sounds_as_typed_is_marked(found: WhooshIndex) -> None:
    title = listed()[0].title
    for typed in ("shimoxi", "smx"):
        assert [part.text for part in highlight(title, typed) if part.marked] == ["石墨烯"]
    assert not any(part.marked for part in highlight("无醛大豆胶人造板", "smx"))


@pytest.mark.parametrize(
    ("typed", "keywords", "achievements"),
    [
        ("石", [("石墨烯", 2)], (5, 1)),
        ("石墨", [("石墨烯", 2)], (5, 1)),
        ("散热", [("散热膜", 1)], (1,)),
        ("shi", [("石墨烯", 2)], (5, 4, 1)),
        ("ddd", [("大豆蛋白", 1)], ()),
        ("石墨烯 散", [], (1,)),
        ("led", [("LED", 1)], (4,)),
        ("s", [], ()),
        ("，", [], ()),
        ("", [], ()),
    ],
)
def test_typing_is_completed(
    found: WhooshIndex, typed: str, keywords: list[tuple[str, int]], achievements: tuple[int, ...]
) -> None:
    """Deleted documents neither count nor show; the newest of equal fits comes first."""
    completion = found.complete(typed, "public", KINDS, 4)
    assert [(one.text, one.count) for one in completion.keywords] == keywords
    assert completion.titles.get("achievement", ()) == achievements


def test_nobody_is_offered_what_they_may_not_see(found: WhooshIndex) -> None:
    """Neither the title nor the keyword nor its number."""
    kinds = ("demand", "organisation")
    public, verified = (found.complete("双极", one, kinds, 4) for one in ("public", "verified"))
    assert (public.keywords, public.titles["demand"]) == ((), ())
    assert verified.titles["demand"] == (6,)
    assert [(one.text, one.subjects) for one in verified.keywords] == [("双极板", (("demand", 6),))]
    assert found.complete("双极", "verified", KINDS, 4).keywords == (), "no listing of the first kind"


def test_organisations_are_completed_by_initials(found: WhooshIndex) -> None:
    assert found.complete("ahny", "public", KINDS, 4).titles["organisation"] == (8,)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("石墨希", "石墨烯"),
        ("石磨烯", "石墨烯"),
        ("石墨希散热膜", "石墨烯散热膜"),
        ("shimoshi", "石墨烯"),
        ("无全胶", "无醛胶"),
        ("散惹膜 石墨烯", "散热膜 石墨烯"),
        ("星何新材料", "星河新材料"),
    ],
)
def test_a_slip_is_understood(found: WhooshIndex, typed: str, meant: str) -> None:
    """One character written or heard wrongly, alone, in a row or beside other words."""
    assert found.meant(typed, "public")[0] == meant


@pytest.mark.parametrize(
    "typed", ["石墨烯", "石墨烯 大豆", "啊啊啊", "，。", "", "-石墨希", '石墨希 "散热膜"']
)
def test_nothing_is_meant_where_all_is_known_or_nothing_is_near(found: WhooshIndex, typed: str) -> None:
    assert found.meant(typed, "public") == []


def test_no_city_is_taken_for_another_that_sounds_so(found: WhooshIndex) -> None:
    """宿州 is on the site, 苏州 is not: who writes it means it, and a slip beside it is understood all the same."""
    assert found.meant("suzhou", "public") == ["宿州"]
    assert found.meant("苏州", "public") == found.meant("蘇州新材料", "public") == []
    assert found.meant("苏州 石墨希", "public")[0] == "苏州 石墨烯"
    assert found.meant("重庆", "public") == []


def test_edits_are_counted_for_all_words_at_once() -> None:
    words = ["石墨烯", "石墨", "墨石烯", "石烯墨", "大豆"]
    distances = Words(words, 8).distances("石墨烯", np.arange(len(words)))
    assert distances.tolist() == [0, 1, 1, 1, 3]


def test_sounds_do_not_run_from_one_text_into_the_next() -> None:
    sounds = Sounds([["shi mo"], ["xi san", "xi shan"], []])
    assert sounds.find(Typed("moxi", True, False))[0].tolist() == []
    assert sounds.find(Typed("mx", False, True))[0].tolist() == []
    numbers, opening = sounds.find(Typed("san", True, False))
    assert (numbers.tolist(), opening.tolist()) == ([1], [False])
    assert sounds.find(Typed("xi", True, True))[1].tolist() == [True]


def test_related_listings_share_what_they_are_about(found: WhooshIndex) -> None:
    assert found.related("achievement", 1, "public", 4) == (5,)
    assert found.related("achievement", 3, "public", 4) == ()
    assert found.related("demand", 6, "public", 4) == (), "unknown to the public"
    assert found.related("achievement", 9, "public", 4) == (), "deleted"


def test_the_words_of_an_index_lie_with_it(found: WhooshIndex) -> None:
    """A damaged file is as good as none: the words in force are taken, and a rebuild puts it right."""
    assert found.analyzer.data()["aliases"]["甬桥"] == "埇桥"
    other = WhooshIndex(found._store.root)
    current = found._store.current()
    assert current is not None
    path = found._store.directory(current.number) / "words.json"
    kept = path.read_text("utf-8")
    path.write_text("{", "utf-8")
    assert other.analyzer.data() == found.analyzer.data()
    path.write_text(kept, "utf-8")
    other.close()
