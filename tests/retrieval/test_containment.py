"""The promise of the search: whatever contains the typed string, and may be seen, is found."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import Document
from marketplace.retrieval.index import SearchRequest
from marketplace.retrieval.whoosh_index import WhooshIndex
from tests.retrieval import samples

MANY = 10_000
patient = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def found(index: WhooshIndex, text: str) -> list[str]:
    return [hit.key for hit in index.search(SearchRequest(text=text, limit=MANY)).hits]


def pieces(documents: list[Document], longest: int = 10) -> list[str]:
    """Stretches of up to ten characters of some texts, from every character on, without blanks and query signs."""
    strings = set()
    for document in documents:
        for text in (document.title, document.body):
            for start in range(len(text)):
                for end in range(start + 1 + start % 3, min(len(text), start + longest) + 1, 3):
                    piece = text[start:end]
                    if not any(c.isspace() or c in "，。；、！？" for c in piece) and piece[0] != "-":
                        strings.add(piece)
    return sorted(strings)


def test_every_piece_of_every_listing_finds_all_that_hold_it(
    listings_index: WhooshIndex, analyzer: Analyzer
) -> None:
    reader = samples.Reader(samples.listings(), analyzer)
    missed = {}
    for piece in pieces(samples.listings()):
        lost = reader.findable(piece) - set(found(listings_index, piece))
        if lost and analyzer.index_terms(piece):
            missed[piece] = lost
    assert missed == {}


@patient
@given(data=st.data())
def test_pieces_of_awkward_texts_are_found(
    mixtures_index: WhooshIndex, analyzer: Analyzer, data: st.DataObject
) -> None:
    reader = samples.Reader(samples.mixtures(), analyzer)
    document = data.draw(st.sampled_from(samples.mixtures()))
    text = data.draw(st.sampled_from([document.title, document.body]))
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    piece = text[start : start + data.draw(st.integers(1, 10))]
    words = [
        word for word in piece.replace("，", " ").replace("。", " ").split() if analyzer.index_terms(word)
    ]
    if not words or any(word.startswith("-") for word in piece.split()):
        return
    wanted = set.intersection(*(reader.findable(word) for word in words))
    assert wanted <= set(found(mixtures_index, piece))


@patient
@given(typed=st.text(alphabet=samples.AWKWARD, min_size=1, max_size=10))
@example(typed="灵")
@example(typed="壁甬桥")
@example(typed="5g-")
def test_anything_typed_finds_all_that_hold_it(
    mixtures_index: WhooshIndex, analyzer: Analyzer, typed: str
) -> None:
    words = [
        word for word in typed.replace("，", " ").replace("。", " ").split() if analyzer.index_terms(word)
    ]
    if not words or any(word.startswith("-") for word in typed.split()):
        return
    reader = samples.Reader(samples.mixtures(), analyzer)
    wanted = set.intersection(*(reader.findable(word) for word in words))
    assert wanted <= set(found(mixtures_index, typed))


@patient
@given(typed=st.text(alphabet=samples.AWKWARD, min_size=1, max_size=6).filter(str.strip))
@example(typed="的膜5")
@example(typed="b2")
def test_a_phrase_finds_exactly_what_holds_it_and_a_minus_the_rest(
    mixtures_index: WhooshIndex, analyzer: Analyzer, typed: str
) -> None:
    if not analyzer.index_terms(typed):
        return
    holding = samples.Reader(samples.mixtures(), analyzer).containing(typed)
    everything = {document.key for document in samples.mixtures()}
    assert set(found(mixtures_index, f'"{typed}"')) == holding
    assert set(found(mixtures_index, f'-"{typed}"')) == everything - holding


@pytest.mark.parametrize(
    ("typed", "holding"),
    [
        ("5G通信", "基于5G通信与边缘计算的冷链物流监测"),
        ("5g", "基于5G通信与边缘计算的冷链物流监测"),
        ("U-Pb", "锆石U-Pb定年样品前处理装置"),
        ("u-p", "锆石U-Pb定年样品前处理装置"),
        ("PM2.5", "基于5G通信与边缘计算的冷链物流监测"),
        ("ＰＭ２．５", "基于5G通信与边缘计算的冷链物流监测"),
        ("綠色家居", "无醛环保胶及其在胶合板中的应用"),
        ("无人机变量施药", "植保無人機變量施藥系統"),
        ("埇桥", "抗赤霉病小麦新品系的分子育种"),
        ("涌桥", "氢燃料电池双极板超薄不锈钢冲压成形技术"),
        ("灵璧", "抗赤霉病小麦新品系的分子育种"),
        ("甬", "抗赤霉病小麦新品系的分子育种"),
        ("GB/T 22900", "高温耐烧蚀碳/碳复合材料制备方法"),
        ("双极板 中试线", "氢燃料电池双极板超薄不锈钢冲压成形技术"),
        ("R&D", "煤矸石制备轻质陶粒"),
        ("mg/m3", "无醛环保胶及其在胶合板中的应用"),
    ],
)
def test_what_people_type(listings_index: WhooshIndex, typed: str, holding: str) -> None:
    titles = {document.key: document.title for document in samples.listings()}
    assert holding in [titles[key] for key in found(listings_index, typed)]


def test_titles_come_first(mixtures_index: WhooshIndex, analyzer: Analyzer) -> None:
    reader = samples.Reader(samples.mixtures(), analyzer)
    for typed in ("电池", "5", "桥", "灵璧", "g", "料国", "電"):
        hits = mixtures_index.search(SearchRequest(text=typed, limit=MANY)).hits
        in_title = [hit.title_hit for hit in hits]
        assert in_title == sorted(in_title, reverse=True)
        titled = {hit.key for hit in hits if hit.title_hit}
        assert titled <= reader.titled(typed)
        assert titled >= reader.titled(typed) & reader.findable(typed) or typed.isascii()


def test_a_word_excluded_is_in_no_result(listings_index: WhooshIndex, analyzer: Analyzer) -> None:
    reader = samples.Reader(samples.listings(), analyzer)
    for minus in ("小麦", "机器视觉", "5g", "attery", "赤霉病"):
        got = set(found(listings_index, f"电池 -{minus}"))
        assert not got & reader.containing(minus)
    assert set(found(listings_index, "电池 -钠离子电池")) == reader.containing("电池") - reader.containing(
        "钠离子电池"
    )
    assert set(found(listings_index, "-电池")) == {d.key for d in samples.listings()} - reader.containing(
        "电池"
    )


@patient
@given(typed=st.text(max_size=60))
@example(typed='"')
@example(typed='-""')
@example(typed="\x00电池\x00")
@example(typed="🚀" * 50)
@example(typed="-" * 200)
def test_nothing_typed_breaks_the_search(mixtures_index: WhooshIndex, typed: str) -> None:
    page = mixtures_index.search(SearchRequest(text=typed))
    assert 0 <= len(page.hits) <= min(20, page.total)


def test_a_pasted_description_is_answered_without_being_sent_whole(listings_index: WhooshIndex) -> None:
    pasted = "".join(body for _, body in samples.TEXTS) * 5
    page = listings_index.search(SearchRequest(text=pasted))
    assert page.relaxed
    assert page.hits[0].subject_id == 1
