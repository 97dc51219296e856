"""The analysis chain: forms, terms and the fingerprint that tells when an index is out of date."""

import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.retrieval.analysis import MAX_RUN, Analyzer, normalise, runs
from tests.retrieval import samples


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ＰＭ２．５", "pm2.5"),
        ("氫燃料電池雙極板", "氢燃料电池双极板"),
        ("㎡", "m2"),
        ("½", "1⁄2"),
        ("Ⅲ型", "iii型"),
        ("e\u0301", "é"),
        ("乾隆後裏", "干隆后里"),
        ("𠮷", "𠮷"),
        ("", ""),
    ],
)
def test_texts_are_brought_into_one_form(text: str, form: str) -> None:
    assert normalise(text) == form


@given(text=st.text(alphabet=samples.AWKWARD + "乾幹干乹後后裏里ΣσςİßＡ㎡½"), cut=st.integers(0, 30))
def test_the_form_of_a_part_is_a_part_of_the_form(text: str, cut: int) -> None:
    assert normalise(text) == normalise(text[:cut]) + normalise(text[cut:])
    assert normalise(normalise(text)) == normalise(text)


def test_runs_of_han_and_latin() -> None:
    found = [(run.text, run.cjk) for run in runs(normalise("基于5G通信、U-Pb（PM2.5）与 A - B_c，10%"))]
    assert found == [
        ("基于", True),
        ("5g", False),
        ("通信", True),
        ("u-pb", False),
        ("pm2.5", False),
        ("与", True),
        ("a", False),
        ("b_c", False),
        ("10", False),
    ]


def test_terms_are_words_and_pairs_and_runs_from_each_start(analyzer: Analyzer) -> None:
    terms = analyzer.index_terms("反渗透膜 LA-ICP-MS GB22900")
    assert {"w反渗透", "w渗透", "b反渗", "b渗透", "b透膜", "b膜"} <= set(terms)
    assert {"rla-icp-ms", "rla", "ricp-ms", "ricp", "rms", "rgb22900", "r22900"} <= set(terms)
    assert terms["b渗透"] == 1


def test_aliases_add_the_meant_spelling_and_keep_the_written_one(analyzer: Analyzer) -> None:
    assert analyzer.forms("灵壁县甬桥") == ("灵壁县甬桥", "灵璧县埇桥")
    terms = analyzer.index_terms("灵壁县")
    assert terms["b灵壁"] == terms["b灵璧"] == terms["b县"] == 1
    assert "b灵璧" in analyzer.query_terms("靈壁")
    assert "b灵壁" not in analyzer.query_terms("靈壁")


def test_a_latin_alias_stands_for_whole_words_only() -> None:
    chain = Analyzer({"AI": "人工智能"}, ())
    assert chain.forms("AI芯片与MAINTAIN") == ("ai芯片与maintain", "人工智能芯片与maintain")


def test_field_terms_are_kept_whole(analyzer: Analyzer) -> None:
    assert {"w双极板", "w石墨烯", "w冷链物流"} <= set(analyzer.index_terms("石墨烯双极板与冷链物流"))
    assert "w一种" in analyzer.index_terms("一种装置")
    assert "w一种" not in analyzer.query_terms("一种装置"), "stop words are indexed but never weighed"


def test_user_words_of_one_chain_do_not_reach_another() -> None:
    with_word, without = Analyzer({}, ["皖北麦香酥饼"]), Analyzer({}, [])
    assert with_word.cut("皖北麦香酥饼") == ["皖北麦香酥饼"]
    assert len(without.cut("皖北麦香酥饼")) > 1
    assert "w皖北麦香酥饼" in with_word.index_terms("皖北麦香酥饼")


def test_long_runs_have_bounded_terms_that_still_hold_every_piece(analyzer: Analyzer) -> None:
    run = "".join(chr(ord("a") + number * 7 % 26) + str(number % 10) for number in range(200))
    terms = [term[1:] for term in analyzer.index_terms(run)]
    assert max(map(len, terms)) == MAX_RUN
    for start in range(len(run) - MAX_RUN // 2):
        piece = run[start : start + MAX_RUN // 2]
        assert any(piece in term for term in terms)


def test_the_fingerprint_follows_the_data() -> None:
    made = Analyzer({"甬桥": "埇桥"}, ["双极板"], ["的"]).fingerprint
    assert made == Analyzer({"甬桥": "埇桥"}, ["双极板", "双极板"], []).fingerprint, (
        "stop words change no index"
    )
    assert made != Analyzer({"涌桥": "埇桥"}, ["双极板"]).fingerprint
    assert made != Analyzer({"甬桥": "埇桥"}, ["双极板", "膜电极"]).fingerprint
    assert made == pickle.loads(pickle.dumps(Analyzer({"甬桥": "埇桥"}, ["双极板"]))).fingerprint  # noqa: S301


def test_every_process_sees_the_same_terms(analyzer: Analyzer) -> None:
    text = "".join(title + body for title, body in samples.TEXTS)
    code = (
        "import sys\nfrom marketplace.retrieval.analysis import Analyzer\n"
        "print(sorted(Analyzer.default().index_terms(sys.argv[1]).items()))"
    )
    done = subprocess.run([sys.executable, "-c", code, text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(sorted(analyzer.index_terms(text).items()))


@settings(deadline=None)
@given(text=st.text(max_size=80))
def test_any_text_can_be_analysed(text: str) -> None:
    chain = Analyzer.default()
    assert all(term[0] in "bwr" and len(term) > 1 for term in chain.index_terms(text))
    assert len(chain.query_terms(text)) == len(set(chain.query_terms(text)))
