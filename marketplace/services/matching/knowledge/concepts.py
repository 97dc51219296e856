"""The concepts of the knowledge table: looked up, written, retired, each change audited and followed by learning anew.

Shipped concepts are never changed in place: a row of the same key stands in for them, and retiring it hides them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.matching import FieldConcept
from marketplace.retrieval.analysis import normalise
from marketplace.retrieval.matching.knowledge import Concept
from marketplace.services.matching.knowledge import table
from marketplace.services.matching.ranking import learning
from marketplace.services.platform import audit, longjobs

LONGEST_NAME = 30
LONGEST_WORD = 30
MOST_WORDS = 600


@dataclass(frozen=True)
class Entry:
    """A concept with its key and the row that stands in for the shipped one or is the site's own."""

    key: str
    concept: Concept
    row: FieldConcept | None

    @property
    def origin(self) -> str:
        """Where it comes from: "shipped", "changed" or "own"."""
        if self.row is None:
            return "shipped"
        return "changed" if self.key in table.shipped() else "own"

    @property
    def retired(self) -> bool:
        """Whether it no longer counts."""
        return self.row is not None and self.row.retired_at is not None

    @property
    def version(self) -> int:
        """The version a change stands on; 0 for a shipped concept that nobody has changed."""
        return self.row.version if self.row is not None else 0


@dataclass(frozen=True)
class Draft:
    """What an administrator typed. ``words`` are separated by anything blank, commas and 顿号."""

    field: str
    direction: str
    name: str
    words: str
    note: str = ""


def entries(field: str = "", text: str = "", origin: str = "") -> list[Entry]:
    """Return the concepts of a field whose name, direction or words hold ``text``; ``origin`` as in Entry, or
    "retired". By default those in force."""
    wanted = normalise(text)
    found = [one for one in _all().values() if not field or one.concept.field == field]
    if wanted:
        found = [one for one in found if any(wanted in normalise(word) for word in _spoken(one.concept))]
    if origin == "retired":
        return [one for one in found if one.retired]
    return [one for one in found if not one.retired and (not origin or one.origin == origin)]


def _spoken(concept: Concept) -> tuple[str, ...]:
    return (concept.name, concept.group, *concept.words)


def _all() -> dict[str, Entry]:
    rows = {row.key: row for row in table.rows()}
    found = {
        key: Entry(key, table.concept_of(rows[key]) if key in rows else concept, rows.get(key))
        for key, concept in table.shipped().items()
    }
    return found | {
        key: Entry(key, table.concept_of(row), row) for key, row in rows.items() if key not in found
    }


def get(key: str) -> Entry:
    """Return a concept, in force or retired; NotFound where there is none."""
    found = _all().get(key)
    if found is None:
        raise NotFound()
    return found


def directions() -> list[str]:
    """Return the directions in use, for the form to suggest."""
    return sorted({one.concept.group for one in _all().values()})


def words_of(text: str) -> list[str]:
    """Return the words of a text, each once in its compared form, in the order they were written."""
    for separator in "，,、；;":
        text = text.replace(separator, " ")
    found: dict[str, str] = {}
    for word in text.split():
        found.setdefault(normalise(word), word)
    return list(found.values())


def checked(draft: Draft) -> Concept:
    """Return the concept of a draft; raises ValidationFailed with everything that is wrong."""
    name, direction, words = clean_line(draft.name), clean_line(draft.direction), words_of(draft.words)
    errors: list[FieldError] = []
    if draft.field not in NATIONAL_FIELDS:
        errors.append(FieldError("field", "field_missing", N_("请从列表中选择")))
    for where, value in (("name", name), ("direction", direction)):
        if not value or len(value) > LONGEST_NAME:
            errors.append(
                FieldError(where, "line_length", N_("请填写，最多 %(most)s 个字"), {"most": LONGEST_NAME})
            )
    if not words or len(words) > MOST_WORDS:
        errors.append(
            FieldError("words", "words_number", N_("请填写 1 到 %(most)s 个词"), {"most": MOST_WORDS})
        )
    too_long = [word for word in words if len(word) > LONGEST_WORD]
    if too_long:
        first = too_long[0][:LONGEST_WORD]
        errors.append(
            FieldError(
                "words",
                "word_long",
                N_("“%(word)s”太长：词之间请用空格分开"),
                {"word": first},
            )
        )
    if errors:
        raise ValidationFailed(errors)
    return Concept(name, direction, draft.field, tuple(words))


def create(actor: Actor, draft: Draft) -> FieldConcept:
    """Add a concept of the site's own; raises ValidationFailed, and DomainError for a name that is taken."""
    require(actor, Permission.EDIT_KNOWLEDGE)
    concept = checked(draft)
    key = table.key_of(concept.field, concept.group, concept.name)
    if key in _all():
        raise DomainError("concept_known", N_("这个方向里已经有同名的概念，请修改原有的"), field="name")
    row = FieldConcept(key=key, changed_on=clock.today())
    db.session.add(row)
    return _written(actor, row, concept, draft.note, "field_concept.create")


def write(actor: Actor, key: str, draft: Draft, version: int) -> FieldConcept:
    """Change a concept, or put a retired one in force again; Conflict when somebody else was faster.

    Its key stays, whatever it is called from now on.
    """
    require(actor, Permission.EDIT_KNOWLEDGE)
    entry, concept = get(key), checked(draft)
    if entry.version != version:
        raise Conflict()
    same = [
        one.key
        for one in _all().values()
        if one.concept.name == concept.name and one.concept.field == concept.field and not one.retired
    ]
    if any(other != key for other in same):
        raise DomainError("concept_known", N_("这个方向里已经有同名的概念，请修改原有的"), field="name")
    return _written(actor, _row_of(entry), concept, draft.note, "field_concept.write")


def retire(actor: Actor, key: str, note: str = "") -> FieldConcept:
    """Take a concept out of the table; a second press changes nothing."""
    require(actor, Permission.EDIT_KNOWLEDGE)
    entry = get(key)
    row = _row_of(entry)
    if row.retired_at is not None:
        return row
    found = _written(actor, row, entry.concept, note, "field_concept.retire")
    found.retired_at = clock.now()
    db.session.flush()
    return found


def _row_of(entry: Entry) -> FieldConcept:
    if entry.row is not None:
        return entry.row
    row = FieldConcept(key=entry.key, changed_on=clock.today())
    db.session.add(row)
    return row


def _written(actor: Actor, row: FieldConcept, concept: Concept, note: str, tag: str) -> FieldConcept:
    row.field, row.direction, row.name = concept.field, concept.group, concept.name
    row.words, row.note = " ".join(concept.words), clean_text(note)
    row.changed_by, row.changed_on, row.retired_at = actor.person_id, clock.today(), None
    db.session.flush()
    audit.record(actor, tag, "field_concept", row.id, key=row.key)
    longjobs.start(SYSTEM, learning.JOB)
    return row


def with_words(words: str, more: Sequence[str]) -> str:
    """Return the words with others that are not among them yet, as the form shows them."""
    return " ".join(words_of(" ".join([words, *more])))
