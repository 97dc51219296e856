"""The measuring on graded pairs, and its command."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.retrieval.matching.evaluate import BadLine, evaluate_matching
from marketplace.retrieval.matching.measures import ndcg

GOOD: dict[str, Any] = {
    "demand_id": "d1",
    "title": "小麦赤霉病防治",
    "content": "需要抗病的品种。",
    "judgments": [
        {"achievement": "抗赤霉病小麦新品种", "level": 4},
        {"achievement": "小麦条锈病检测", "level": 2},
        {"achievement": "光纤传感器", "level": 1},
        {"achievement": "地铁隧道衬砌", "level": 1},
        {"achievement": "锂电池隔膜", "level": 1},
    ],
}
SMALL = {**GOOD, "demand_id": 2, "judgments": GOOD["judgments"][:4]}


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def graded(*levels: int) -> list[dict[str, Any]]:
    return [{**one, "level": level} for one, level in zip(GOOD["judgments"], levels, strict=True)]


def test_figures_of_a_good_ranking(tmp_path: Path) -> None:
    found = evaluate_matching(write(tmp_path / "good.jsonl", GOOD, SMALL))
    assert list(found) == ["demands", "pairs", "ndcg_at_10", "auc_level3", "seconds"]
    assert (found["demands"], found["pairs"]) == (1, 5), "four candidates say nothing"
    assert (found["ndcg_at_10"], found["auc_level3"]) == (1.0, 1.0)


def test_the_levels_do_not_rank(tmp_path: Path) -> None:
    """The same texts graded the other way round: the same order, and so a bad figure."""
    found = evaluate_matching(write(tmp_path / "bad.jsonl", {**GOOD, "judgments": graded(1, 1, 1, 1, 4)}))
    assert found["ndcg_at_10"] < 0.6
    assert found["auc_level3"] <= 0.5


def test_equal_scores_are_ordered_by_text_not_by_place(tmp_path: Path) -> None:
    names = ["甲", "乙", "丙", "丁", "戊"]
    judgments = [
        {"achievement": name, "level": level} for name, level in zip(names, [4, 1, 1, 1, 1], strict=True)
    ]
    line = {"demand_id": "x", "title": "zzz", "content": "", "judgments": judgments}
    turned = {**line, "judgments": judgments[::-1]}
    figures = [evaluate_matching(write(tmp_path / "ties.jsonl", one))["ndcg_at_10"] for one in (line, turned)]
    place = sorted(names).index("甲")
    assert figures == [round(ndcg([4 if at == place else 1 for at in range(5)]), 4)] * 2


def test_no_demand_that_counts_gives_no_figure(tmp_path: Path) -> None:
    found = evaluate_matching(write(tmp_path / "small.jsonl", SMALL))
    assert (found["demands"], found["pairs"], found["ndcg_at_10"], found["auc_level3"]) == (0, 0, None, None)
    assert evaluate_matching(write(tmp_path / "empty.jsonl"))["demands"] == 0


BAD: list[tuple[object, str]] = [
    ([], "line 2: not an object"),
    ({**GOOD, "demand_id": None}, "line 2: demand_id must be"),
    ({**GOOD, "title": 3}, "line 2: title must be text"),
    ({**GOOD, "title": "half a \ud800 pair"}, "line 2: title must be text"),
    ({key: value for key, value in GOOD.items() if key != "content"}, "line 2: content must be text"),
    ({**GOOD, "judgments": {}}, "line 2: judgments must be a list"),
    ({**GOOD, "judgments": [7]}, r"line 2: judgments\[0\] must be an object"),
    (
        {**GOOD, "judgments": [*GOOD["judgments"], {"level": 1}]},
        r"line 2: judgments\[5\].achievement must be text",
    ),
    ({**GOOD, "judgments": [{"achievement": "甲"}]}, r"line 2: judgments\[0\].level must be"),
    ({**GOOD, "judgments": graded(5, 1, 1, 1, 1)}, r"line 2: judgments\[0\].level must be"),
    ({**GOOD, "judgments": [{"achievement": "甲", "level": True}]}, r"line 2: judgments\[0\].level must be"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_a_bad_line_is_named(tmp_path: Path, line: object, message: str) -> None:
    with pytest.raises(BadLine, match=message):
        evaluate_matching(write(tmp_path / "bad.jsonl", GOOD, line))


@pytest.mark.parametrize("raw", [b'{"a": ', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_named(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"\n" + raw)
    with pytest.raises(BadLine, match="line 2: not JSON"):
        evaluate_matching(path)


def test_the_command_prints_one_object(app: Flask, tmp_path: Path) -> None:
    found = app.test_cli_runner().invoke(
        args=["matching", "evaluate", str(write(tmp_path / "x.jsonl", GOOD))]
    )
    assert found.exit_code == 0
    assert json.loads(found.output)["ndcg_at_10"] == 1.0


def test_the_command_names_a_bad_line_and_ends_with_two(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "x.jsonl", {**GOOD, "judgments": graded(0, 1, 1, 1, 1)})
    found = app.test_cli_runner().invoke(args=["matching", "evaluate", str(path)])
    assert found.exit_code == 2
    assert "x.jsonl: line 1: judgments[0].level must be 1, 2, 3 or 4" in found.output
    assert app.test_cli_runner().invoke(args=["matching", "evaluate", str(tmp_path / "no")]).exit_code == 2
