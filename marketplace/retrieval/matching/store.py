"""The matcher on disk: plain arrays in a folder of its own for each state, and a file that names the present one.

A state is written whole beside the present one and then named, so a writer that dies leaves the old one in place. It
carries the fingerprint of the chain, the knowledge table and this package; under another one it must be built anew.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.matching.knowledge import Concept, KnowledgeTable
from marketplace.retrieval.matching.matcher import KINDS, Matcher, Side
from marketplace.retrieval.matching.reading import Reader
from marketplace.retrieval.matching.vectors import PartCounts, Vocabulary, Weights

PRESENT = "present.json"
_PARTS = ("title", "content")


class Outdated(Exception):
    """There is no state, or it was made by another chain, table or version of the matcher."""


def save(matcher: Matcher, folder: Path, marks: Mapping[int, int] | None = None, **notes: Any) -> None:
    """Write the matcher's state with its table and words; what changed since is written as any other row.

    ``marks`` say of which version the text of each key is; ``notes`` are kept beside the state's name (``present``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = f"state-{_last(folder) + 1:08d}"
    fresh = folder / name
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    (fresh / "terms.json").write_text(json.dumps(matcher.vocabulary.terms, ensure_ascii=False), "utf-8")
    concepts = [[one.name, one.group, one.field, *one.words] for one in matcher.reader.table.concepts]
    (fresh / "table.json").write_text(json.dumps(concepts, ensure_ascii=False), "utf-8")
    words = matcher.reader.analyzer.data()
    (fresh / "words.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    np.save(fresh / "marks.npy", np.array(list((marks or {}).items()), dtype=np.int64).reshape(-1, 2))
    weights = matcher.weights
    np.save(fresh / "idf.npy", weights.idf)
    np.save(fresh / "known_idf.npy", weights.known_idf)
    _save_rows(fresh / "learnt", weights.learnt)
    for kind, side in matcher.sides.items():
        np.save(fresh / f"{kind}-keys.npy", np.array(side.present, dtype=np.int64))
        _save_rows(fresh / f"{kind}-vectors", side.whole(matcher.width))
        for part, counts in zip(_PARTS, side.merged(len(matcher.vocabulary)), strict=True):
            _save_rows(fresh / f"{kind}-{part}-terms", counts.terms)
            _save_rows(fresh / f"{kind}-{part}-known", counts.known)
    named = {"state": name, "fingerprint": matcher.reader.fingerprint, "texts": weights.count, **notes}
    waiting = folder / (PRESENT + ".new")
    waiting.write_text(json.dumps(named), "utf-8")
    os.replace(waiting, folder / PRESENT)
    for old in folder.glob("state-*"):
        if old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def load(folder: Path, reader: Reader | None = None, rows: bool = True) -> Matcher:
    """The matcher as it was saved; raises Outdated when it must be built from the texts.

    Without ``reader`` it is read with the table and the words it was saved with: right for that state, if perhaps no
    longer those of the day. Without ``rows`` both sides are empty and only vocabulary and weights are there: enough to
    score and explain texts given as such, and small enough for a web process.
    """
    named = present(folder)
    state = folder / str(named["state"])
    reader = reader or Reader(_analyzer(state), _table(state))
    if named.get("fingerprint") != reader.fingerprint:
        raise Outdated(f"{folder.name}: made as {named.get('fingerprint', 'nothing')}")
    matcher = Matcher(reader)
    matcher.vocabulary = Vocabulary(json.loads((state / "terms.json").read_text("utf-8")))
    matcher.weights = Weights(
        reader,
        matcher.vocabulary,
        int(named["texts"]),
        np.load(state / "idf.npy"),
        np.load(state / "known_idf.npy"),
        _load_rows(state / "learnt"),
    )
    for kind in KINDS if rows else ():
        title, content = (
            PartCounts(_load_rows(state / f"{kind}-{part}-terms"), _load_rows(state / f"{kind}-{part}-known"))
            for part in _PARTS
        )
        keys = np.load(state / f"{kind}-keys.npy")
        matcher.sides[kind] = Side(keys, (title, content), _load_rows(state / f"{kind}-vectors"))
    return matcher


def present(folder: Path) -> dict[str, Any]:
    """What is known of the present state: its name (``state``), fingerprint, number of texts, and the notes kept with
    it. Raises Outdated when there is none."""
    try:
        named = json.loads((folder / PRESENT).read_text("utf-8"))
    except FileNotFoundError as error:
        raise Outdated(f"{folder.name}: no state") from error
    return dict(named)


def marks(folder: Path) -> dict[int, int]:
    """The versions of the texts as they were saved; raises Outdated when there is no state."""
    return dict(np.load(folder / str(present(folder)["state"]) / "marks.npy").tolist())


def _table(state: Path) -> KnowledgeTable:
    try:
        rows = json.loads((state / "table.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise Outdated(f"{state.name}: saved without its table") from error
    return KnowledgeTable(Concept(name, group, field, tuple(words)) for name, group, field, *words in rows)


def _analyzer(state: Path) -> Analyzer:
    try:
        words = json.loads((state / "words.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise Outdated(f"{state.name}: saved without its words") from error
    usual = Analyzer.default()
    return usual if usual.data() == words else Analyzer.of_data(words)


def _last(folder: Path) -> int:
    return max((int(one.name.removeprefix("state-")) for one in folder.glob("state-*")), default=0)


def _save_rows(path: Path, rows: sp.csr_matrix) -> None:
    rows = sp.csr_matrix(rows)
    for name in ("data", "indices", "indptr"):
        np.save(path.with_name(f"{path.name}-{name}.npy"), getattr(rows, name))
    np.save(path.with_name(f"{path.name}-shape.npy"), np.array(rows.shape))


def _load_rows(path: Path) -> sp.csr_matrix:
    data, indices, indptr, shape = (
        np.load(path.with_name(f"{path.name}-{name}.npy")) for name in ("data", "indices", "indptr", "shape")
    )
    return sp.csr_matrix((data, indices, indptr), tuple(int(length) for length in shape))
