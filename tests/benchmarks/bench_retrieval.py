"""Speed of the search engine alone, at 10,000 invented achievements: building, changing, searching with facets.

``python -m tests.benchmarks.bench_retrieval [documents]`` prints one JSON object. One client, warm, 200 fixed queries
of one to three words; each is asked for a page of 20 with all facet counts.
"""

import json
import random
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from marketplace.retrieval.analysis import DATA
from marketplace.retrieval.documents import AUDIENCES, Document
from marketplace.retrieval.index import SearchRequest
from marketplace.retrieval.whoosh_index import WhooshIndex

QUERIES = 200
TERMS: list[str] = tomllib.loads((DATA / "dictionary.toml").read_text("utf-8"))["words"]
SENTENCES = (
    "针对{a}在{b}中{c}不足的难题，本成果提出以{d}为核心的{e}方案，并完成了{place}的工程验证。",
    "与现有{a}相比，{b}的指标由{n}提高到{m}，{c}成本下降{n}%，连续运行{m}小时无故障。",
    "团队围绕{a}、{b}和{c}形成发明专利{n}件、软件著作权{m}项，{d}已通过第三方检测。",
    "该技术适用于{place}的{a}与{b}企业，可与{c}产线衔接，改造周期约{n}天，投资回收期不超过{m}个月。",
    "在{place}建成年产{n}吨的{a}示范线，{b}合格率达到{m}%，{c}排放满足GB{m}-20{n}要求。",
)


def _made_words(pick: random.Random) -> list[str]:
    """Names nobody's dictionary has, so that the vocabulary grows with the corpus as a real one does."""
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 3_000)]
    return ["".join(pick.choices(characters, k=pick.randint(2, 4))) for _ in range(20_000)]


def documents(count: int, seed: int = 20) -> Iterator[Document]:
    """Achievements with titles of some 20 and bodies of 300 to 500 characters, the same for the same seed."""
    pick = random.Random(seed)
    made = _made_words(pick)
    places = ["埇桥区", "灵璧县", "砀山县", "泗县", "萧县", "宿马园区", "合肥", "南京", "杭州"]
    # Few subjects are frequent and many are rare, as in any collection.
    weights = [1 / (rank + 3) for rank in range(len(TERMS))]

    def sentence(shape: str) -> str:
        words = dict(zip("abcde", [*pick.choices(TERMS, weights, k=4), pick.choice(made)], strict=True))
        return shape.format(
            **words, place=pick.choice(places), n=pick.randint(2, 99), m=pick.randint(100, 9999)
        )

    for number in range(1, count + 1):
        subject = pick.choices(TERMS, weights, k=2)
        body = "".join(sentence(pick.choice(SENTENCES)) for _ in range(pick.randint(6, 9)))
        yield Document(
            key=f"achievement:{number}",
            kind="achievement",
            subject_id=number,
            audiences=frozenset(AUDIENCES),
            title=f"{subject[0]}用{pick.choice(made)}{subject[1]}关键技术",
            body=body,
            facets={
                "field": (f"{pick.randint(1, 11):02}",),
                "tag": tuple(sorted({f"l{pick.randint(1, 10):02}", f"f{pick.randint(1, 5)}"})),
                "maturity": (pick.choice(["1-3", "4-6", "7-9"]),),
                "way": tuple(sorted(set(pick.choices("abcdefg", k=2)))),
                "price": (pick.choice(["0-10", "10-50", "50-100", "100-500", "500-"]),),
                "origin": (pick.choice(["city", "outside"]),),
                "region": (pick.choice(["340000", "320000", "310000", "330000", "410000"]),),
                "ip": tuple(sorted(set(pick.choices(["invention", "utility", "software"], k=2)))),
                "organisation": (str(pick.randint(1, 300)),),
            },
            numbers={
                "published": 1_700_000_000 + pick.randint(0, 50_000_000),
                "maturity": pick.randint(1, 9),
            },
        )


def queries(seed: int = 21) -> list[str]:
    """The fixed queries: one to three words, every fifth one with a word that hardly anything has."""
    pick = random.Random(seed)
    made = _made_words(random.Random(20))
    found = []
    for number in range(QUERIES):
        words = pick.sample(TERMS, pick.randint(1, 3))
        if number % 5 == 4:
            words[-1] = pick.choice(made)
        found.append(" ".join(words))
    return found


def run(count: int = 10_000) -> dict[str, Any]:
    """Builds, changes and asks an index; milliseconds unless named otherwise."""
    everything = list(documents(count))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        index = WhooshIndex(folder)
        seconds = _seconds(lambda: index.rebuild(everything, count))
        opened = _seconds(lambda: index.search(SearchRequest()))
        changed = [_seconds(lambda one=one: index.apply([one])) for one in everything[:20]]  # type: ignore[misc]
        asked = queries()
        cold = [_seconds(lambda text=text: index.search(SearchRequest(text=text))) for text in asked]  # type: ignore[misc]
        warm = [_seconds(lambda text=text: index.search(SearchRequest(text=text))) for text in asked]  # type: ignore[misc]
        wanted = {"field": frozenset({"01", "02"}), "origin": frozenset({"city"})}
        filtered = [
            _seconds(lambda text=text: index.search(SearchRequest(text=text, filters=wanted)))  # type: ignore[misc]
            for text in asked
        ]
        listed = [_seconds(lambda: index.search(SearchRequest(filters=wanted, sort="newest"))) for _ in asked]
        relaxed = sum(index.search(SearchRequest(text=text)).relaxed for text in asked)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        index.close()
    return {
        "documents": count,
        "characters_in_body": round(sum(len(one.body) for one in everything) / count),
        "rebuild_seconds": round(seconds, 1),
        "documents_per_second": round(count / seconds),
        "megabytes": round(size / 1e6, 1),
        "open_ms": round(opened * 1000, 1),
        "apply_one": _summary(changed),
        "search_cold": _summary(cold),
        "search": _summary(warm),
        "search_filtered": _summary(filtered),
        "list_filtered": _summary(listed),
        "relaxed_share": round(relaxed / len(asked), 2),
    }


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _summary(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
    }


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
