"""Speed of what helps to find, at 10,000 invented achievements: suggestions, 您是不是要找, related ones.

``python -m tests.benchmarks.bench_finding [documents]`` prints one JSON object. What is typed grows key by key, in Han
characters, by sound and by first letters, as somebody types it; the first ones pay for what is made on first use.
Processor time of one process, so that what else the machine does is not counted.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from marketplace.retrieval import pinyin
from marketplace.retrieval.documents import Document, Kind
from marketplace.retrieval.whoosh_index import WhooshIndex
from tests.benchmarks.bench_retrieval import TERMS, _summary, documents

SUGGESTION_MS = 50.0
RELATED_MS = 5.0
MEANT_MS = 300.0
KINDS: tuple[Kind, ...] = ("achievement", "organisation")


def _seconds(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _with_keywords(count: int) -> list[Document]:
    pick = random.Random(22)
    return [replace(one, keywords=(*pick.sample(TERMS, 4), one.title[1:6])) for one in documents(count)]


def typed(number: int = 60, seed: int = 23) -> list[str]:
    """What stands in the box after each key, for words typed in each of three ways."""
    found: list[str] = []
    for word in random.Random(seed).sample(TERMS, number):
        sounds = [one.sound for one in pinyin.readings(word)[0]]
        for text in (word, "".join(sounds), "".join(sound[0] for sound in sounds)):
            found += [text[:end] for end in range(1, len(text) + 1)]
    return found


def slips(number: int = 40, seed: int = 24) -> list[str]:
    """Words with one character that does not belong there."""
    pick = random.Random(seed)
    return [word[:-1] + pick.choice("鑫淼焱垚") for word in pick.sample(TERMS, number) if len(word) > 2]


def run(count: int = 10_000) -> dict[str, Any]:
    """Asks an index of ``count`` documents; ``missed`` names the measures that were not met."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        index = WhooshIndex(folder)
        index.rebuild(_with_keywords(count), count)
        keys = typed()
        first = _seconds(lambda: index.complete(keys[0], "public", KINDS, 6))
        first_sound = _seconds(lambda: index.complete("sh", "public", KINDS, 6))
        suggestions = [_seconds(lambda text=text: index.complete(text, "public", KINDS, 6)) for text in keys]  # type: ignore[misc]
        wrong = slips()
        first_meant = _seconds(lambda: index.meant(wrong[0], "public"))
        meant = [_seconds(lambda text=text: index.meant(text, "public")) for text in wrong]  # type: ignore[misc]
        numbers = random.Random(25).sample(range(1, count + 1), min(count, 300))
        related = [
            _seconds(lambda one=one: index.related("achievement", one, "public", 4))  # type: ignore[misc]
            for one in numbers
        ]
        index.close()
    found = {
        "documents": count,
        "keys": len(keys),
        "first_ms": round(first * 1000, 1),
        "first_sound_ms": round(first_sound * 1000, 1),
        "suggestion": _summary(suggestions),
        "first_meant_ms": round(first_meant * 1000, 1),
        "meant": _summary(meant),
        "related": _summary(related),
    }
    limits = {"suggestion": SUGGESTION_MS, "meant": MEANT_MS, "related": RELATED_MS}
    missed = [name for name, limit in limits.items() if found[name]["p95_ms"] > limit]  # type: ignore[index]
    return {**found, "missed": missed}


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
