"""Which documents match a query, and how well: BM25F over words, pairs and whole strings.

Statistics (document frequencies, mean lengths) are those of the audience's own documents. The weights were chosen
by cross-validation; docs/search.md tells what each brought.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

from marketplace.retrieval.engine.segments import NOTHING, Floats, Mask, Postings, summed
from marketplace.retrieval.engine.snapshot import Scope, Snapshot, mask_of
from marketplace.retrieval.index import FEW
from marketplace.retrieval.query import Form, Lookup, Query, Unit

K1 = 0.6
TITLE_WEIGHT = 4.0
TITLE_NORM = 0.5
BODY_NORM = 1.0
TERM_WEIGHTS = {"w": 0.6, "b": 0.5, "r": 1.0}
STRING_WEIGHT = 2.0
CHARACTER_WEIGHT = 0.4

MAX_TERMS = 24
"""Terms of a query that are weighed: the rarest. A pasted description is never sent as a whole."""
MAX_CHARACTERS = 12
MAX_PARTIAL = 200
"""Partial matches shown at most, and only those with a fair share of the best one's score."""
PARTIAL_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Matched:
    """Matching documents of a scope, before filters. ``scores`` decide among equals of ``strict``, ``in_title``."""

    docs: Mask
    strict: Mask
    in_title: Mask
    scores: Floats
    relaxed: bool
    sounded: bool = False


class Ranker:
    """One query on one snapshot for one audience (and the kinds it asked for)."""

    def __init__(self, snapshot: Snapshot, scope: Scope, query: Query, wanted: Mask) -> None:
        self._snapshot = snapshot
        self._scope = scope
        self._query = query
        self._size = snapshot.size
        self._allowed = scope.visible
        for forms in query.phrases:
            self._allowed = self._allowed & snapshot.containing(forms, self._allowed)
        for forms in query.excluded:
            self._allowed = self._allowed & ~snapshot.containing(forms, self._allowed)
        self._wanted = wanted
        lengths = snapshot.lengths / scope.mean_lengths
        self._per_title = TITLE_WEIGHT / (1 - TITLE_NORM + TITLE_NORM * lengths[:, 0])
        self._per_body = 1 / (1 - BODY_NORM + BODY_NORM * lengths[:, 1])

    def match(self, ranked: bool) -> Matched:
        """Documents with all typed words, or, if fewer than three are wanted ones, the best partial matches too.
        ``ranked``: whether scores are needed although nothing is relaxed."""
        strict = self._allowed & self._all_words()
        spoken = self._spoken(strict)
        whole = strict | spoken
        relaxed = bool(self._query.words) and int((whole & self._wanted).sum()) < FEW
        # What only sounds as typed comes after what contains it, and before what has a part of it.
        in_title = self._in_title(strict) | spoken
        scores = np.zeros(self._size)
        docs = whole
        if ranked or relaxed:
            scores = self._scores(relaxed)
        if relaxed:
            docs = whole | self._partial(scores, whole)
            relaxed = bool((docs & ~whole).any())
        return Matched(docs, strict, in_title, scores, relaxed, bool((spoken & self._wanted).any()))

    def _spoken(self, strict: Mask) -> Mask:
        """Documents whose title sounds like the words typed in Latin letters, where too few contain them as typed."""
        if not any(self._query.sounds) or int((strict & self._wanted).sum()) >= FEW:
            return np.zeros(self._size, np.bool_)
        return self._allowed & self._all_words(by_sound=True) & ~strict

    def _postings(self, lookup: Lookup) -> Postings:
        return self._snapshot.postings(lookup).within(self._scope.visible)

    def _unit(self, unit: Unit) -> Mask:
        found = np.ones(self._size, np.bool_)
        for lookup in unit.lookups:
            found &= mask_of(self._postings(lookup).docs, self._size)
            if not found.any():
                break
        return found

    def _form(self, form: Form) -> Mask:
        found = np.ones(self._size, np.bool_)
        for unit in form.units:
            found &= self._unit(unit)
            if not found.any():
                break
        return found

    def _all_words(self, by_sound: bool = False) -> Mask:
        found = np.ones(self._size, np.bool_)
        for forms, typed in zip(self._query.words, self._query.sounds, strict=True):
            having = [self._form(form) for form in forms]
            if by_sound and typed is not None:
                having.append(mask_of(self._snapshot.sounding(typed).docs, self._size))
            found &= reduce(np.logical_or, having)
        return found

    def _string(self, form: Form) -> Postings:
        """Where the whole typed string may stand: in title or body, as often as its rarest part."""
        parts = [self._postings(lookup) for lookup in form.lookups]
        if len(parts) == 1:
            return parts[0]
        title, body = np.full(self._size, np.inf), np.full(self._size, np.inf)
        for part in parts:
            if not len(part):
                return NOTHING
            for least, counts in ((title, part.title), (body, part.body)):
                here = np.zeros(self._size)
                here[part.docs] = counts
                np.minimum(least, here, out=least)
        found = np.nonzero(title + body)[0]
        return Postings(found, title[found], body[found])

    def _in_title(self, among: Mask) -> Mask:
        """Exactly the documents whose title contains every typed word and phrase."""
        typed = [*self._query.words, *self._query.phrases]
        if not typed:
            return np.zeros(self._size, np.bool_)
        result = among.copy()
        for forms in typed:
            found = np.zeros(self._size, np.bool_)
            for form in forms:
                string = self._string(form)
                docs = string.docs[string.title > 0]
                if not form.certain:
                    needle, titles = form.text.encode(), self._snapshot.titles
                    docs = docs[
                        np.fromiter((needle in titles[number] for number in docs), np.bool_, len(docs))
                    ]
                found[docs] = True
            result &= found
        return result

    def _weigh(self, scores: Floats, postings: Postings, weight: float) -> None:
        frequency = len(postings)
        if not frequency:
            return
        occurrences = postings.title * self._per_title[postings.docs]
        occurrences += postings.body * self._per_body[postings.docs]
        rarity = np.log(1 + (self._scope.count - frequency + 0.5) / (frequency + 0.5))
        scores[postings.docs] += weight * rarity * occurrences * (K1 + 1) / (K1 + occurrences)

    def _rarest(self) -> tuple[str, ...]:
        terms = self._query.terms
        if len(terms) <= MAX_TERMS:
            return terms
        frequencies = {term: self._snapshot.document_frequency(term) for term in terms}
        return tuple(
            sorted((term for term in terms if frequencies[term]), key=frequencies.__getitem__)[:MAX_TERMS]
        )

    def _scores(self, relaxed: bool) -> Floats:
        query = self._query
        scores = np.zeros(self._size)
        for term in self._rarest():
            self._weigh(scores, self._postings(Lookup(term)), TERM_WEIGHTS[term[0]])
        if relaxed:
            self._weigh_characters(scores)
        for forms in (*query.words, *query.phrases):
            string = summed([self._string(form) for form in forms], self._size)
            self._weigh(scores, string, STRING_WEIGHT)
        return scores

    def _weigh_characters(self, scores: Floats) -> None:
        """Lets single characters help (辨证论治 finds 辨治), but bring in only what has at least half of them."""
        characters = self._query.characters[:MAX_CHARACTERS]
        begun = scores > 0
        shared = np.zeros(self._size)
        for character in characters:
            postings = self._postings(Lookup(character, prefix=True))
            shared[postings.docs] += 1
            self._weigh(scores, postings, CHARACTER_WEIGHT)
        scores[~begun & (shared < max(2, len(characters) / 2))] = 0.0

    def _partial(self, scores: Floats, strict: Mask) -> Mask:
        """The best of the documents that have only a part of what was typed."""
        open_to = self._allowed & self._wanted & ~strict
        best = float(scores[self._allowed & self._wanted].max(initial=0.0))
        if not best:
            return np.zeros(self._size, np.bool_)
        docs = np.nonzero(open_to & (scores >= PARTIAL_SHARE * best))[0]
        order = np.lexsort((-self._snapshot.subjects[docs], -scores[docs]))
        return mask_of(docs[order[:MAX_PARTIAL]], self._size)
