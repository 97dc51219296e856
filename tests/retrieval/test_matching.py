"""What an index answers: seen by whom, matched how, counted, sorted, paged."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.retrieval.documents import Document
from marketplace.retrieval.index import SearchPage, SearchRequest, Sort
from marketplace.retrieval.whoosh_index import WhooshIndex
from tests.retrieval.samples import document, listings

patient = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ORGANISATION = replace(document(7, "宿州演示农科所", "小麦育种"), key="organisation:7", kind="organisation")


def subjects(page: SearchPage) -> list[int]:
    return [hit.subject_id for hit in page.hits]


def build(index: WhooshIndex, documents: list[Document]) -> None:
    index.rebuild(documents, len(documents), processes=1)


# --- audiences


@pytest.fixture
def secretive(tmp_path: Path) -> Iterator[tuple[WhooshIndex, WhooshIndex]]:
    """An index with texts for verified readers beside the public ones, and the same without them."""
    public = [replace(d, audiences=frozenset({"public"})) for d in listings()]
    full = [
        replace(
            d,
            key=d.key + ":full",
            body=d.body + "秘密配方电池石墨烯" * 3,
            audiences=frozenset({"verified", "admin"}),
            facets={**d.facets, "secret": ("yes",)},
        )
        for d in listings()
    ]
    hidden = [
        replace(document(900, "仅认证可见的石墨烯", "电池"), audiences=frozenset({"verified", "admin"}))
    ]
    admin = [replace(document(901, "仅管理员可见的石墨烯", "电池"), audiences=frozenset({"admin"}))]
    open_index, bare_index = WhooshIndex(tmp_path / "all"), WhooshIndex(tmp_path / "public")
    build(open_index, [*public, *full, *hidden, *admin])
    build(bare_index, public)
    yield open_index, bare_index
    open_index.close()
    bare_index.close()


@pytest.mark.parametrize(
    "text", ["", "电池", "石墨烯", "秘密配方", "小麦 石墨烯", '"秘密"', "电池 -秘密", "石", "密配", "pm2"]
)
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_the_public_learns_nothing_of_other_texts(
    secretive: tuple[WhooshIndex, WhooshIndex], text: str, sort: Sort
) -> None:
    request = SearchRequest(text=text, audience="public", sort=sort)
    one, two = (replace(each.search(request), generation=0) for each in secretive)
    assert one == two, "results, scores, counts and facets are those of the public texts alone"


def test_each_audience_sees_a_listing_once(secretive: tuple[WhooshIndex, WhooshIndex]) -> None:
    index, _ = secretive
    totals = {
        audience: index.search(SearchRequest(audience=audience)).total
        for audience in ("public", "verified", "admin")
    }
    assert totals == {
        "public": len(listings()),
        "verified": len(listings()) + 1,
        "admin": len(listings()) + 2,
    }
    assert index.search(SearchRequest(text="石墨烯", audience="public")).total == 0
    verified = index.search(SearchRequest(text="石墨烯", audience="verified", limit=100))
    assert verified.hits[0].subject_id == 900
    assert len(set(subjects(verified))) == verified.total == len(listings()) + 1
    assert verified.facets["secret"] == {"yes": len(listings())}


# --- matching


def test_all_words_first_then_parts_when_results_are_few(index: WhooshIndex) -> None:
    build(index, listings())
    page = index.search(SearchRequest(text="电池 秸秆"))
    assert page.relaxed
    assert subjects(page)[0] == 11, "the one with both words comes first"
    assert {10, 12} <= set(subjects(page))
    assert not index.search(SearchRequest(text="电池")).relaxed
    assert index.search(SearchRequest(text="石墨烯 量子 钛白粉")).total == 0
    assert index.search(SearchRequest(text="完全不存在")).hits == ()


def test_relaxing_keeps_phrases_and_exclusions(index: WhooshIndex) -> None:
    build(index, listings())
    page = index.search(SearchRequest(text='"机器视觉" 中药材 缺陷检测'))
    assert page.relaxed
    assert set(subjects(page)) == {8, 13}
    assert 8 not in subjects(index.search(SearchRequest(text="机器视觉 中药材 -缺陷检测")))


def test_only_signs_find_nothing_and_nothing_typed_finds_all(index: WhooshIndex) -> None:
    build(index, listings())
    assert index.search(SearchRequest(text="！！！ …")).total == 0
    assert index.search(SearchRequest(text='"')).total == 0
    assert index.search(SearchRequest(text="   ")).total == len(listings())


def test_the_dictionary_and_the_stop_words_do_not_hide_texts(index: WhooshIndex) -> None:
    build(index, listings())
    assert subjects(index.search(SearchRequest(text="基于边缘计算的冷链监测")))[0] == 4
    assert subjects(index.search(SearchRequest(text="抗赤霉病的小麦")))[0] == 2


def test_kinds_are_kept_apart_and_counted(index: WhooshIndex) -> None:
    build(index, [*listings(), ORGANISATION])
    page = index.search(SearchRequest(text="小麦", kinds=frozenset({"achievement"})))
    assert {hit.kind for hit in page.hits} == {"achievement"}
    assert page.facets["kind"] == {"achievement": page.total, "organisation": 1}
    assert index.search(SearchRequest(text="小麦", kinds=frozenset())).total == 0


# --- facets, sorting, paging


def _passes(one: Document, filters: dict[str, frozenset[str]], but: str = "") -> bool:
    return all(set(one.facets.get(name, ())) & wanted for name, wanted in filters.items() if name != but)


FILTERS = st.dictionaries(
    st.sampled_from(["field", "way", "origin", "nonsense"]),
    st.frozensets(st.sampled_from(["00", "01", "02", "transfer", "licence", "city", "outside"]), min_size=1),
    max_size=3,
)


@patient
@given(filters=FILTERS, text=st.sampled_from(["", "电池", "小麦", "的"]))
def test_facets_count_what_choosing_them_gives(
    listings_index: WhooshIndex, filters: dict[str, frozenset[str]], text: str
) -> None:
    matching = set(subjects(listings_index.search(SearchRequest(text=text, limit=100))))
    documents = [d for d in listings() if d.subject_id in matching]
    page = listings_index.search(SearchRequest(text=text, filters=filters, limit=100))
    assert set(subjects(page)) == {d.subject_id for d in documents if _passes(d, filters)}
    for name in ("field", "way", "origin"):
        expected: dict[str, int] = {}
        for one in documents:
            if _passes(one, filters, but=name):
                for value in one.facets[name]:
                    expected[value] = expected.get(value, 0) + 1
        assert page.facets.get(name, {}) == expected
        for value, count in expected.items():
            chosen = SearchRequest(text=text, filters={**filters, name: frozenset({value})})
            assert listings_index.search(chosen).total == count


def test_numeric_sorts_put_missing_numbers_last_and_break_ties_by_the_newest_id(
    listings_index: WhooshIndex,
) -> None:
    def expected(name: str, sign: int) -> list[int]:
        return [
            d.subject_id
            for d in sorted(
                listings(),
                key=lambda d: (name not in d.numbers, sign * d.numbers.get(name, 0), -d.subject_id),
            )
        ]

    for sort, name, sign in (
        ("newest", "published", -1),
        ("price_asc", "price", 1),
        ("price_desc", "price", -1),
    ):
        page = listings_index.search(SearchRequest(sort=sort, limit=100))  # type: ignore[arg-type]
        assert subjects(page) == expected(name, sign)
    assert subjects(listings_index.search(SearchRequest(limit=100))) == expected("published", -1)
    assert subjects(listings_index.search(SearchRequest(sort="maturity", limit=100))) == list(
        range(15, 0, -1)
    )


@pytest.mark.parametrize("sort", ["relevance", "newest", "price_asc"])
@pytest.mark.parametrize("text", ["", "5", "电池"])
def test_pages_follow_each_other_without_gap_or_repetition(
    mixtures_index: WhooshIndex, text: str, sort: Sort
) -> None:
    whole = mixtures_index.search(SearchRequest(text=text, sort=sort, limit=1_000))
    paged: list[str] = []
    for offset in range(0, whole.total + 7, 7):
        page = mixtures_index.search(SearchRequest(text=text, sort=sort, offset=offset, limit=7))
        assert page.total == whole.total
        paged += [hit.key for hit in page.hits]
    assert paged == [hit.key for hit in whole.hits]
    assert len(set(paged)) == whole.total


def test_a_caller_cannot_spoil_the_remembered_counts(listings_index: WhooshIndex) -> None:
    first = listings_index.search(SearchRequest())
    first.facets["field"].clear()
    assert listings_index.search(SearchRequest()).facets["field"] == {"00": 5, "01": 5, "02": 5}
