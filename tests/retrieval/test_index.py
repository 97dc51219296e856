"""The index as a store: written, rebuilt, killed, and read by many."""

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

from marketplace.retrieval import analysis
from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import Document, Subject
from marketplace.retrieval.engine.building import BATCH, BuildFailed
from marketplace.retrieval.index import IndexBusy, IndexOutdated, SearchPage, SearchRequest
from marketplace.retrieval.whoosh_index import CROWD, WhooshIndex
from tests.retrieval import samples
from tests.retrieval.samples import document, listings, mixtures

patient = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


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
    words = Analyzer({"甬桥": "埇桥", "泗洲": "泗县"}, ["硬碳负极"])
    changed = WhooshIndex(index._store.root, lambda: words, patience=0.2)
    assert changed.needs_rebuild()
    assert changed.search(SearchRequest(text="泗洲")).total == 0
    changed.apply(listings()[:1])
    assert changed.needs_rebuild(), "until it is rebuilt, an index goes on by the words it was made by"
    build(changed, listings())
    assert not changed.needs_rebuild()
    assert changed.search(SearchRequest(text="泗洲")).total == 1
    assert index.search(SearchRequest(text="泗洲")).total == 1, "others read it by the words that lie with it"
    assert index.needs_rebuild()
    changed.close()


def test_another_version_of_the_chain_writes_nothing(
    index: WhooshIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(index, listings())
    monkeypatch.setattr(analysis, "CHAIN_VERSION", analysis.CHAIN_VERSION + 1)
    later = WhooshIndex(index._store.root, patience=0.2)
    assert later.needs_rebuild()
    assert later.search(SearchRequest(text="电池")).total == 3
    with pytest.raises(IndexOutdated):
        later.apply([document(1, "甲", "")])
    later.close()


def test_a_damaged_pointer_asks_for_a_rebuild(index: WhooshIndex) -> None:
    build(index, listings())
    (index._store.root / "CURRENT").write_text("{", "ascii")
    assert index.needs_rebuild()
    assert index.search(SearchRequest()).total == 0
    build(index, listings())
    assert index.search(SearchRequest()).total == len(listings())
