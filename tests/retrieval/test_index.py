"""The index as a store: what is seen by whom, counted, sorted, paged; written, rebuilt and read by many."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import Document, Subject
from marketplace.retrieval.engine.building import BATCH, BuildFailed
from marketplace.retrieval.index import IndexBusy, IndexOutdated, SearchPage, SearchRequest, Sort
from marketplace.retrieval.whoosh_index import CROWD, WhooshIndex
from tests.retrieval import samples
from tests.retrieval.samples import document, listings, mixtures

patient = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ORGANISATION = replace(document(7, "宿州演示农科所", "小麦育种"), key="organisation:7", kind="organisation")


def subjects(page: SearchPage) -> list[int]:
    return [hit.subject_id for hit in page.hits]


def build(index: WhooshIndex, documents: list[Document]) -> None:
    index.rebuild(documents, len(documents), processes=1)


# --- writing


def test_incremental_equals_rebuilt(index: WhooshIndex, tmp_path: Path) -> None:
    final = [replace(d, body=d.body + "已更新") if d.subject_id % 5 == 0 else d for d in listings()][:-2]
    index.apply(listings()[:4])
    for one in listings()[4:]:
        index.apply([one])
    index.apply([d for d in final if d.subject_id % 5 == 0], [d.subject for d in listings()[-2:]])
    index.apply([d for d in final if d.subject_id % 5 == 0])
    other = WhooshIndex(tmp_path / "other")
    build(other, final)
    assert index.dump() == other.dump()
    assert set(index.dump()) == {d.key for d in final}
    for text in ("电池", "已更新", "小麦 赤霉病", "机器视觉系统", ""):
        one, two = (each.search(SearchRequest(text=text)) for each in (index, other))
        assert replace(one, generation=0) == replace(two, generation=0)
    other.close()


@patient
@given(
    steps=st.lists(
        st.tuples(
            st.lists(st.sampled_from(mixtures(30)), max_size=4, unique_by=lambda d: d.key),
            st.lists(st.integers(1, 30), max_size=3),
        ),
        max_size=12,
    )
)
def test_any_order_of_changes_equals_a_rebuild(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[Document], list[int]]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    index, other = WhooshIndex(folder / "one"), WhooshIndex(folder / "two")
    known: dict[Subject, Document] = {}
    for given_documents, removed_numbers in steps:
        removed: list[Subject] = [("achievement", number) for number in removed_numbers]
        index.apply(given_documents, removed)
        for subject in removed:
            known.pop(subject, None)
        known.update({d.subject: d for d in given_documents})
    build(other, list(known.values()))
    assert index.dump() == other.dump()
    index.close()
    other.close()


def test_small_segments_are_joined_and_nothing_is_lost(index: WhooshIndex) -> None:
    for one in mixtures(100):
        index.apply([one])
    index.apply([replace(mixtures(100)[2], body="换了")], [mixtures(100)[3].subject])
    folder = next(index._store.root.glob("index-*"))
    assert len(list(folder.glob("*.seg"))) <= 2 * CROWD
    assert len(index.dump()) == 99
    assert index.search(SearchRequest()).total == 99
    assert subjects(index.search(SearchRequest(text="换了"))) == [3]


def test_a_listing_with_fewer_texts_than_before_leaves_none_behind(index: WhooshIndex) -> None:
    public = document(
        1, "某企业求购设备", "", key="demand:1:public", kind="demand", audiences=frozenset({"public"})
    )
    full = replace(
        public, key="demand:1:full", title="华东精密求购磨床", audiences=frozenset({"verified", "admin"})
    )
    index.apply([public, full])
    assert index.search(SearchRequest(text="磨床", audience="verified")).total == 1
    index.apply([replace(public, audiences=samples.EVERYBODY)])
    assert index.search(SearchRequest(text="磨床", audience="verified")).total == 0
    assert set(index.dump()) == {"demand:1:public"}
    index.apply([], [("demand", 1)])
    assert index.dump() == {}


def test_documents_are_asked_for_once_the_writer_is_alone(index: WhooshIndex) -> None:
    other = WhooshIndex(index._store.root, patience=0.0)

    def lazily() -> Iterator[Document]:
        with pytest.raises(IndexBusy):
            other.apply([document(2, "乙", "")])
        yield document(1, "甲", "")

    index.apply(lazily())
    index.rebuild(lazily(), 1, processes=1)
    assert set(index.dump()) == {"achievement:1"}


def test_a_failed_change_leaves_the_index_and_the_lock_as_they_were(index: WhooshIndex) -> None:
    build(index, listings())
    before, generation = index.dump(), index.generation()

    def broken() -> Iterator[Document]:
        yield document(99, "半途", "")
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        index.apply(broken())
    with pytest.raises(OSError, match="went away"):
        index.rebuild(broken(), 2, processes=1)
    assert (index.dump(), index.generation()) == (before, generation)
    index.apply([document(99, "完成", "")])
    assert index.search(SearchRequest(text="完成")).total == 1


def _die_writing(path: Path) -> None:
    def dying() -> Iterator[Document]:
        yield document(50, "半途", "")
        os.kill(os.getpid(), signal.SIGKILL)

    WhooshIndex(path).rebuild(dying(), 2, processes=1)


def test_a_writer_killed_in_the_middle_blocks_nobody(index: WhooshIndex) -> None:
    build(index, listings())
    process = multiprocessing.get_context("spawn").Process(target=_die_writing, args=(index._store.root,))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    process.close()
    index.apply([document(99, "完成", "")])
    assert len(index.dump()) == len(listings()) + 1
    build(index, listings())
    assert len(index.dump()) == len(listings())


def test_all_cores_build_the_same_index(index: WhooshIndex, tmp_path: Path) -> None:
    documents = mixtures(3 * BATCH + 17)
    told: list[int] = []
    assert index.rebuild(documents, None, told.append, processes=2) == len(documents)
    assert sum(told) == len(documents)
    assert len(told) > 3
    other = WhooshIndex(tmp_path / "other")
    build(other, documents)
    assert index.dump() == other.dump()
    for text in ("电池", "灵璧", "5g", "国 料"):
        one, two = (each.search(SearchRequest(text=text, limit=500)) for each in (index, other))
        assert replace(one, generation=0) == replace(two, generation=0)
    other.close()


def test_an_error_in_a_building_process_is_told_and_changes_nothing(index: WhooshIndex) -> None:
    build(index, listings())
    documents: list[Any] = [*mixtures(2 * BATCH), replace(document(9_999, "", ""), title=None)]  # type: ignore[arg-type]
    with pytest.raises(BuildFailed):
        index.rebuild(documents, None, None, processes=2)
    assert len(index.dump()) == len(listings())


# --- generations and readers


def test_readers_notice_every_change(index: WhooshIndex) -> None:
    reader = WhooshIndex(index._store.root)
    assert reader.generation() == 0
    assert reader.search(SearchRequest()) == SearchPage((), 0, False, {}, 0)
    seen = [0]
    for change in (
        lambda: index.apply([document(1, "甲", "")]),
        lambda: index.apply([document(2, "乙", "")]),
        lambda: build(index, listings()),
        lambda: index.apply([], [("achievement", 1)]),
        lambda: build(index, listings()[:3]),
    ):
        change()
        page = reader.search(SearchRequest())
        assert page.generation == reader.generation() == index.generation() > seen[-1]
        assert page.total == len(index.dump())
        seen.append(page.generation)
    assert len(list(index._store.root.glob("index-*"))) == 2
    reader.close()
    assert reader.search(SearchRequest()).total == 3
    reader.close()


def test_a_new_generation_loads_only_new_segments(index: WhooshIndex) -> None:
    build(index, listings())
    index.search(SearchRequest(text="电池"))
    before = index._snapshot.readers[0]  # type: ignore[union-attr]
    index.apply([document(99, "电池", ""), document(1, "换了", "")])
    assert index.search(SearchRequest(text="电池")).total == 3
    assert before in index._snapshot.readers  # type: ignore[union-attr]


def test_threads_search_while_the_index_changes(index: WhooshIndex) -> None:
    build(index, listings())
    reader = WhooshIndex(index._store.root)
    errors: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                assert reader.search(SearchRequest(text="电池")).total >= 3
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(100, 112):
        index.apply([document(number, "电池", "")])
    build(index, listings())
    stop.set()
    for thread in threads:
        thread.join(30)
    assert errors == []
    reader.close()


def test_another_chain_asks_for_a_rebuild(index: WhooshIndex) -> None:
    assert index.needs_rebuild()
    index.apply(listings()[:2])
    assert index.needs_rebuild(), "an index begun by a change is not complete"
    build(index, listings())
    assert not index.needs_rebuild()
    changed = WhooshIndex(
        index._store.root, Analyzer({"甬桥": "埇桥", "泗洲": "泗县"}, ["硬碳负极"]), patience=0.2
    )
    assert changed.needs_rebuild()
    assert changed.search(SearchRequest(text="电池")).total == 3
    with pytest.raises(IndexOutdated):
        changed.apply([document(1, "甲", "")])
    build(changed, listings())
    assert not changed.needs_rebuild()
    assert changed.search(SearchRequest(text="泗洲")).total == 1
    assert index.needs_rebuild()
    changed.close()


def test_a_damaged_pointer_asks_for_a_rebuild(index: WhooshIndex) -> None:
    build(index, listings())
    (index._store.root / "CURRENT").write_text("{", "ascii")
    assert index.needs_rebuild()
    assert index.search(SearchRequest()).total == 0
    build(index, listings())
    assert index.search(SearchRequest()).total == len(listings())


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
