"""Measures the matcher on graded pairs, with the very code of the site; the levels are looked at afterwards only."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marketplace.retrieval.matching.matcher import Matcher
from marketplace.retrieval.matching.measures import auc, ndcg, says_something
from marketplace.retrieval.matching.reading import Text

LEVELS = range(1, 5)


class BadLine(ValueError):
    """A line of the file that is no graded demand; the message names line and field."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A demand with the candidates that people graded, as (achievement, level)."""

    demand_id: str
    text: Text
    judgments: tuple[tuple[str, int], ...]


def read_judged(path: Path) -> list[Judged]:
    """The demands of a file, one JSON object a line: demand_id, title, content, judgments with achievement and level.

    Raises BadLine; blank lines are passed over.
    """
    return list(_judged(path))


def _judged(path: Path) -> Iterator[Judged]:
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if raw.strip():
                yield _parse(number, raw)


def _parse(number: int, raw: bytes) -> Judged:
    try:
        line = json.loads(raw)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadLine(f"line {number}: not JSON in UTF-8") from error
    if not isinstance(line, dict):
        raise BadLine(f"line {number}: not an object")
    for name in ("title", "content"):
        _need(_is_text(line.get(name)), number, name, "must be text")
    _need(_is_name(line.get("demand_id")), number, "demand_id", "must be text or a number")
    judgments = line.get("judgments")
    if not isinstance(judgments, list):
        raise BadLine(f"line {number}: judgments must be a list")
    graded = []
    for at, judgment in enumerate(judgments):
        field = f"judgments[{at}]"
        _need(isinstance(judgment, dict), number, field, "must be an object")
        _need(_is_text(judgment.get("achievement")), number, f"{field}.achievement", "must be text")
        level = judgment.get("level")
        whole = isinstance(level, int) and not isinstance(level, bool) and level in LEVELS
        _need(whole, number, f"{field}.level", "must be 1, 2, 3 or 4")
        graded.append((judgment["achievement"], int(level)))
    return Judged(str(line["demand_id"]), Text(line["title"], line["content"]), tuple(graded))


def _is_text(value: object) -> bool:
    """Half of a surrogate pair can be written in JSON, but is no character."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _is_name(value: object) -> bool:
    return _is_text(value) or (isinstance(value, int) and not isinstance(value, bool))


def _need(fulfilled: bool, number: int, field: str, words: str) -> None:
    if not fulfilled:
        raise BadLine(f"line {number}: {field} {words}")


def evaluate_matching(path: Path) -> dict[str, Any]:
    """Ranks each demand's candidates and compares with the levels; collection statistics come from the file's texts.

    Returns demands and pairs (those that count, see ``measures.says_something``), ndcg_at_10, auc_level3 (averages
    over demands; None if no demand counts) and seconds. Raises BadLine.
    """
    began = time.perf_counter()
    judged = read_judged(path)
    figures = [_figures(one, scores) for one, scores in zip(judged, scored(judged), strict=True)]
    counted = [(one, found) for one, found in zip(judged, figures, strict=True) if found is not None]
    return {
        "demands": len(counted),
        "pairs": sum(len(one.judgments) for one, _ in counted),
        "ndcg_at_10": _mean(found[0] for _, found in counted),
        "auc_level3": _mean(found[1] for _, found in counted if found[1] is not None),
        "seconds": round(time.perf_counter() - began, 2),
    }


def scored(judged: list[Judged]) -> Iterator[list[float]]:
    """The scores of each demand's candidates, in their order."""
    names = sorted({name for one in judged for name, _ in one.judgments})
    number = {name: at for at, name in enumerate(names)}
    matcher = Matcher.build(
        {at: Text(name) for at, name in enumerate(names)}, {at: one.text for at, one in enumerate(judged)}
    )
    for at, one in enumerate(judged):
        scores = matcher.score_all("demand", at)
        yield [round(scores[number[name]], 6) for name, _ in one.judgments]


def _figures(one: Judged, scores: list[float]) -> tuple[float, float | None] | None:
    levels = [level for _, level in one.judgments]
    if not says_something(levels):
        return None
    # Equal scores are ordered by the text: neither the file's order nor the level may decide.
    order = sorted(range(len(levels)), key=lambda at: (-scores[at], one.judgments[at][0]))
    return ndcg([levels[at] for at in order]), auc(scores, levels)


def _mean(figures: Iterable[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return round(float(np.mean(known)), 4) if known else None
