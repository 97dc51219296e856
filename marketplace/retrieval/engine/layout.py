"""How documents lie in Whoosh segments, and the writing of whole segments.

A posting's weight carries both frequencies of a term, ``title × 1024 + body``: one list answers what would take
two fields, and a title hit is seen at once. A document's numbers and facets lie in one column, its comparable
text in another.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from whoosh import fields, formats
from whoosh.codec.whoosh3 import W3Codec
from whoosh.columns import VarBytesColumn
from whoosh.filedb.filestore import FileStorage

from marketplace.retrieval import pinyin
from marketplace.retrieval.analysis import Analyzer, normalise
from marketplace.retrieval.documents import AUDIENCES, KINDS, Document
from marketplace.retrieval.query import tidy

LAYOUT_VERSION = 2
"""Raised with every change of what is stored; an index of another layout is rebuilt."""

INDEX_NAME = "listings"
TITLE = 1024
MOST = 1023
BETWEEN = "\x00"
"""Stands between the parts of a stored text, so that nothing typed matches across them; twice after the title."""
_TITLE_END = (BETWEEN * 2).encode()


class TermsField(fields.FieldType):
    """A field that takes terms already counted, {term: weight}, and keeps no positions."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)

    def index(self, value: Mapping[str, int], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, weight in value.items():
            yield term.encode(), 1, float(weight), b""


def make_schema() -> fields.Schema:
    """``terms`` and ``subject`` are looked up, ``meta`` and ``text`` are columns."""
    return fields.Schema(
        terms=TermsField(),
        subject=TermsField(),
        meta=fields.COLUMN(VarBytesColumn()),
        text=fields.COLUMN(VarBytesColumn()),
    )


def make_codec() -> W3Codec:
    """Larger blocks than Whoosh's own: whole lists are read, never skipped through."""
    return W3Codec(blocklimit=4096, compression=1)


class Prepared(NamedTuple):
    """A document as Whoosh is given it, field by field."""

    terms: dict[str, int]
    subject: dict[str, int]
    meta: bytes
    text: bytes


def subject_term(kind: str, subject_id: int) -> str:
    """What the documents of a listing are deleted by."""
    return f"{kind}:{subject_id}"


def prepare(document: Document, analyzer: Analyzer) -> Prepared:
    """Analyses a document. Counts beyond 1,023 of a term in a text are not told apart."""
    title_forms = [tidy(form) for form in analyzer.forms(document.title)]
    body_forms = [tidy(form) for form in analyzer.forms(document.body)]
    terms = {term: min(count, MOST) for term, count in analyzer.index_terms(body_forms[0]).items()}
    for term, count in analyzer.index_terms(title_forms[0]).items():
        terms[term] = terms.get(term, 0) + min(count, MOST) * TITLE
    meta = {
        "key": document.key,
        "kind": KINDS.index(document.kind),
        "subject": document.subject_id,
        "audiences": sum(1 << AUDIENCES.index(audience) for audience in document.audiences),
        "lengths": [len(title_forms[0]), len(body_forms[0])],
        "facets": {name: sorted(set(values)) for name, values in sorted(document.facets.items()) if values},
        "numbers": dict(sorted(document.numbers.items())),
        "keywords": _keywords(document.keywords),
        "sounds": [" ".join(one.sound for one in reading) for reading in pinyin.readings(title_forms[0])],
    }
    return Prepared(
        terms,
        {subject_term(document.kind, document.subject_id): 1},
        json.dumps(meta, ensure_ascii=False, separators=(",", ":")).encode(),
        BETWEEN.join(["".join(f"{form}{BETWEEN}" for form in title_forms), *body_forms]).encode(),
    )


def restore(row: Mapping[str, Any], text: bytes) -> Document:
    """The document that a row and a stored text were prepared from, its texts in their compared form: prepared
    again it gives the same."""
    titles, _, bodies = text.decode().partition(BETWEEN * 2)
    return Document(
        key=row["key"],
        kind=KINDS[row["kind"]],
        subject_id=row["subject"],
        audiences=frozenset(
            audience for bit, audience in enumerate(AUDIENCES) if row["audiences"] >> bit & 1
        ),
        title=titles.partition(BETWEEN)[0],
        body=bodies.partition(BETWEEN)[0],
        facets={name: tuple(values) for name, values in row["facets"].items()},
        numbers=row["numbers"],
        keywords=tuple(word for word, _ in row["keywords"]),
    )


def _keywords(keywords: Iterable[str]) -> list[list[str]]:
    """Each keyword once, as it is written and as it sounds."""
    found: dict[str, str] = {}
    for word in keywords:
        found.setdefault(tidy(normalise(word)), word)
    return [
        [word, " ".join(one.sound for one in pinyin.readings(form)[0])]
        for form, word in found.items()
        if form
    ]


def title_part(text: bytes) -> bytes:
    """The forms of the title in a stored text."""
    return text.partition(_TITLE_END)[0]


def write_segment(
    storage: FileStorage, documents: Iterable[Document], analyzer: Analyzer, done: Any = None
) -> Any:
    """Writes documents, at least one, as one new Whoosh segment and returns it.

    Goes through the codec rather than the ordinary writer, which sorts every posting as a tuple: filling an
    inverted table in memory takes less than half the time. ``done(n)`` hears of every 50 documents.
    """
    schema, codec = make_schema(), make_codec()
    segment = codec.new_segment(storage, INDEX_NAME)
    per_document = codec.per_document_writer(storage, segment)
    inverted: dict[str, dict[str, tuple[array[int], array[float]]]] = {"subject": {}, "terms": {}}
    number = 0
    for document in documents:
        prepared = prepare(document, analyzer)
        per_document.start_doc(number)
        for name in ("meta", "text"):
            per_document.add_column_value(name, schema[name].column_type, getattr(prepared, name))
        per_document.finish_doc()
        for name, table in inverted.items():
            for term, weight in getattr(prepared, name).items():
                posting = table.get(term)
                if posting is None:
                    posting = table[term] = (array("I"), array("f"))
                posting[0].append(number)
                posting[1].append(weight)
        number += 1
        if done is not None and number % 50 == 0:
            done(50)
    if done is not None:
        done(number % 50)
    per_document.close()
    segment.set_doc_count(number)
    writer = codec.field_writer(storage, segment)
    for name, table in inverted.items():
        writer.start_field(name, schema[name])
        for encoded, term in sorted((term.encode(), term) for term in table):
            writer.start_term(encoded)
            for docnum, weight in zip(*table.pop(term), strict=True):
                writer.add(docnum, weight, b"", None)
            writer.finish_term()
        writer.finish_field()
    writer.close()
    segment.create_compound_file(storage)
    segment.compound = True
    return segment
