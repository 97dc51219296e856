"""The knowledge table in force: what is shipped, as administrators changed it, and the reader that reads by it."""

from functools import lru_cache

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.models.matching import FieldConcept
from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.matching.knowledge import FOLDER, Concept, KnowledgeTable, read_folder
from marketplace.retrieval.matching.reading import Reader
from marketplace.services.catalogue.words import table as words


def key_of(field: str, group: str, name: str) -> str:
    """Return the key of a shipped concept: the same name may stand in two fields."""
    return f"{field}:{group}:{name}"[:80]


@lru_cache(maxsize=1)
def shipped() -> dict[str, Concept]:
    """Return the concepts that come with the program, by key, in their order."""
    return {key_of(one.field, one.group, one.name): one for one in read_folder(FOLDER)}


def concept_of(row: FieldConcept) -> Concept:
    """Return the concept of a row."""
    return Concept(row.name, row.direction, row.field, tuple(row.words.split()))


def rows() -> list[FieldConcept]:
    """Return what administrators wrote, in order of writing."""
    return list(db.session.scalars(select(FieldConcept).order_by(FieldConcept.id)))


def concepts(own: list[FieldConcept] | None = None) -> dict[str, Concept]:
    """Return the concepts in force by key: shipped ones, replaced or retired by rows, and rows of their own."""
    found = dict(shipped())
    for row in rows() if own is None else own:
        if row.retired_at is not None:
            found.pop(row.key, None)
        else:
            found[row.key] = concept_of(row)
    return found


def reader() -> Reader:
    """Return the reader of texts by the table and the search words in force; kept until one of them changes."""
    return _reader(tuple(concepts().values()), words.analyzer())


@lru_cache(maxsize=2)
def _reader(every: tuple[Concept, ...], analyzer: Analyzer) -> Reader:
    if every == tuple(shipped().values()):
        return Reader(analyzer)
    return Reader(analyzer, KnowledgeTable(every))
