"""Search words looked up, written and retired; each change is audited and followed by a rebuild of index and matches.

Until the rebuild is done the index goes on by the words it was made by, so that nothing is lost in between.
"""

from dataclasses import dataclass

from marketplace.domain import clock, regions
from marketplace.domain.access import SYSTEM, Actor, Permission, require
from marketplace.domain.catalogue.search_words import (
    LEAST_HAN,
    LEAST_LATIN,
    LONGEST,
    LONGEST_WORD,
    SEARCH_WORD_KINDS,
)
from marketplace.domain.errors import Conflict, DomainError, FieldError, NotFound, ValidationFailed
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import SearchWord
from marketplace.retrieval.analysis import normalise, runs
from marketplace.services.catalogue.words import table
from marketplace.services.catalogue.words.table import Key, Word
from marketplace.services.outside import outside
from marketplace.services.platform import audit, longjobs

LONGEST_SENTENCE = 120
REBUILDS = ("reindex", "match_refresh")
"""Long jobs that a change starts: texts are read anew by index and matcher."""


@dataclass(frozen=True)
class Entry:
    """An entry with its key, and the row that stands in for the shipped one or is the site's own."""

    key: Key
    word: Word
    row: SearchWord | None

    @property
    def origin(self) -> str:
        """Where it comes from: "shipped", "changed", "own", or "retired" whatever it was."""
        if self.row is None:
            return "shipped"
        if self.row.retired_at is not None:
            return "retired"
        return "changed" if self.key in table.shipped() else "own"

    @property
    def version(self) -> int:
        """The version a change stands on; 0 for a shipped entry that nobody has changed."""
        return self.row.version if self.row is not None else 0


@dataclass(frozen=True)
class Draft:
    """What an administrator typed."""

    kind: str
    text: str
    meaning: str = ""
    note: str = ""


def entries(kind: str = "", text: str = "", origin: str = "") -> list[Entry]:
    """Return the entries of a kind that hold ``text``; ``origin`` as in Entry, by default all in force."""
    wanted = normalise(clean_line(text))
    found = [one for one in _all().values() if not kind or one.word.kind == kind]
    if wanted:
        found = [one for one in found if wanted in f"{one.key[1]}\n{normalise(one.word.meaning)}"]
    if origin:
        return [one for one in found if one.origin == origin]
    return [one for one in found if one.origin != "retired"]


def _all() -> dict[Key, Entry]:
    own = {(row.kind, row.form): row for row in table.rows()}
    found = {key: Entry(key, word, None) for key, word in table.shipped().items()}
    # What the site wrote comes first: it is what an administrator looks for.
    ours = {key: Entry(key, Word(row.kind, row.text, row.meaning), row) for key, row in own.items()}
    return ours | {key: entry for key, entry in found.items() if key not in ours}


def get(kind: str, text: str) -> Entry:
    """Return an entry, in force or retired; NotFound where there is none."""
    found = _all().get((kind, normalise(text)))
    if found is None:
        raise NotFound()
    return found


def write(actor: Actor, draft: Draft, key: Key | None = None, version: int = 0) -> SearchWord:
    """Add an entry (``key`` None), or change what one means or put a retired one in force again.

    Kind and form of an entry stay. Raises ValidationFailed; DomainError where the entry is there already; Conflict
    when somebody else was faster.
    """
    require(actor, Permission.EDIT_KNOWLEDGE)
    if key is not None:
        entry = get(*key)
        draft = Draft(entry.word.kind, entry.word.text, draft.meaning, draft.note)
        if entry.version != version:
            raise Conflict()
    word = _checked(draft)
    place = (word.kind, normalise(word.text))
    known = _all().get(place)
    if key is None and known is not None and known.origin != "retired":
        raise DomainError("word_known", N_("这个词已经在词表里，请修改原有的"), field="text")
    row = known.row if known is not None else None
    return _written(actor, row, word, draft.note, "search_word.write")


def retire(actor: Actor, key: Key, note: str = "") -> SearchWord:
    """Take an entry out of force; a second press changes nothing."""
    require(actor, Permission.EDIT_KNOWLEDGE)
    entry = get(*key)
    if entry.row is not None and entry.row.retired_at is not None:
        return entry.row
    row = _written(actor, entry.row, entry.word, note, "search_word.retire")
    row.retired_at = clock.now()
    db.session.flush()
    return row


def _written(actor: Actor, row: SearchWord | None, word: Word, note: str, tag: str) -> SearchWord:
    if row is None:
        row = SearchWord(kind=word.kind, form=normalise(word.text))
        db.session.add(row)
    row.text, row.meaning, row.note = word.text, word.meaning, clean_text(note)
    row.changed_by, row.changed_on, row.retired_at = actor.person_id, clock.today(), None
    db.session.flush()
    audit.record(actor, tag, "search_word", row.id, kind=row.kind)
    for job in REBUILDS:
        longjobs.start(SYSTEM, job)
    return row


def _checked(draft: Draft) -> Word:
    """Return the entry of a draft; raises ValidationFailed with everything that is wrong."""
    text, meaning = clean_line(draft.text), clean_line(draft.meaning)
    errors = [] if draft.kind in SEARCH_WORD_KINDS else [_error("kind", "kind_missing", N_("请从列表中选择"))]
    errors += _faults_of_text(draft.kind, text)
    if draft.kind == "alias":
        errors += _faults_of_meaning(text, meaning)
    if errors:
        raise ValidationFailed(errors)
    return Word(draft.kind, text, meaning if draft.kind == "alias" else "")


def _faults_of_text(kind: str, text: str) -> list[FieldError]:
    parts = list(runs(normalise(text)))
    if not text or len(text) > LONGEST:
        return [_error("text", "text_length", N_("请填写，最多 %(most)s 个字"), most=LONGEST)]
    if len(parts) != 1 or parts[0].text != normalise(text):
        return [
            _error("text", "text_shape", N_("请填写一个词：连续的汉字，或连续的字母和数字，中间不留空格"))
        ]
    if kind == "word" and (not parts[0].cjk or not LEAST_HAN <= len(parts[0].text) <= LONGEST_WORD):
        return [
            _error(
                "text",
                "word_shape",
                N_("整词是 %(least)s 到 %(most)s 个汉字"),
                least=LEAST_HAN,
                most=LONGEST_WORD,
            )
        ]
    least = LEAST_HAN if parts[0].cjk else LEAST_LATIN
    if kind == "alias" and len(parts[0].text) < least:
        return [_error("text", "alias_short", N_("别名太短，会误伤其他词：至少 %(least)s 个字"), least=least)]
    if kind == "alias" and parts[0].text in regions.cities():
        return [_error("text", "alias_city", N_("省市名称不能作为别名，否则搜不到那个地方的内容"))]
    return []


def _faults_of_meaning(text: str, meaning: str) -> list[FieldError]:
    """Aliases are put in place once, never in a row: none may lead to, or lie in, the meaning of one."""
    form, meant = normalise(text), normalise(meaning)
    if not meant or len(meaning) > LONGEST:
        return [_error("meaning", "meaning_length", N_("请填写，最多 %(most)s 个字"), most=LONGEST)]
    if form in meant:
        return [_error("meaning", "meaning_holds", N_("规范写法里不能含有别名本身，否则会被反复替换"))]
    aliases = {key[1]: normalise(word.meaning) for key, word in table.words().items() if key[0] == "alias"}
    aliases.pop(form, None)
    if any(other in meant for other in aliases):
        return [_error("meaning", "meaning_alias", N_("规范写法里含有另一个别名，请填写最终的写法"))]
    if any(form in other for other in aliases.values()):
        return [_error("text", "alias_of_meaning", N_("这个词是另一个别名的规范写法，不能再作为别名"))]
    return []


def _error(field: str, code: str, message: str, **params: object) -> FieldError:
    return FieldError(field, code, message, dict(params)) if params else FieldError(field, code, message)


def read(sentence: str) -> tuple[str, list[str]] | None:
    """Return how the words in force read a sentence: as it is meant, and cut; None for an empty one."""
    sentence = clean_line(sentence)[:LONGEST_SENTENCE]
    if not sentence:
        return None
    chain = table.analyzer()
    meant = chain.resolve(normalise(sentence))
    cut = [word for run in runs(meant) for word in (chain.cut(run.text) if run.cjk else [run.text])]
    return meant, [word for word in cut if word not in chain.stop_words]


def waiting() -> bool:
    """Return whether the index was made by other words than those in force: a rebuild is on its way, or missing."""
    return outside().index.needs_rebuild()
