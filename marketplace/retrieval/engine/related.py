"""What else is about the same: listings that share the words of a title and the keywords of a listing.

Like every other look at the index it knows one audience's documents only, their numbers included.
"""

from __future__ import annotations

import numpy as np

from marketplace.retrieval.analysis import Analyzer
from marketplace.retrieval.documents import KINDS, Kind
from marketplace.retrieval.engine.segments import Floats
from marketplace.retrieval.engine.snapshot import Scope, Snapshot
from marketplace.retrieval.query import Lookup

MOST_TERMS = 14
"""Terms compared, the rarest of them: what half of all listings say tells nothing."""
IN_TITLE = 1.0
IN_BODY = 0.35
SHARE = 0.22
"""Of the score a listing has with itself, the share another must have to be called related."""


def related(
    snapshot: Snapshot, scope: Scope, analyzer: Analyzer, kind: Kind, subject_id: int, most: int
) -> tuple[int, ...]:
    """The listings of the same kind that are nearest to one, best first; none for one the audience does not see."""
    of_kind = scope.visible & (snapshot.kinds == KINDS.index(kind))
    own = np.nonzero(of_kind & (snapshot.subjects == subject_id))[0]
    if not len(own):
        return ()
    number = int(own[0])
    scores = _scores(snapshot, scope, _terms(snapshot, scope, analyzer, number))
    least = SHARE * scores[number]
    scores[~of_kind] = 0.0
    scores[number] = 0.0
    near = np.nonzero(scores > least)[0]
    order = np.lexsort((-snapshot.subjects[near], -scores[near]))[:most]
    return tuple(snapshot.subjects[near[order]].tolist())


def _terms(snapshot: Snapshot, scope: Scope, analyzer: Analyzer, number: int) -> list[str]:
    """The rarest words and runs of a document's title and keywords that another document has as well."""
    text = " ".join([snapshot.title(number), *snapshot.keywords(number)])
    terms = [term for term in analyzer.query_terms(text) if term[0] != "b"]
    if len(terms) > MOST_TERMS:
        frequencies = {term: snapshot.document_frequency(term) for term in terms}
        known = [term for term in terms if frequencies[term] > 1]
        terms = sorted(known, key=lambda term: (frequencies[term], term))[:MOST_TERMS]
    return terms


def _scores(snapshot: Snapshot, scope: Scope, terms: list[str]) -> Floats:
    scores = np.zeros(snapshot.size)
    for term in terms:
        postings = snapshot.postings(Lookup(term)).within(scope.visible)
        frequency = len(postings)
        if frequency > 1:
            rarity = np.log(1 + scope.count / frequency)
            scores[postings.docs] += rarity * np.where(postings.title > 0, IN_TITLE, IN_BODY)
    return scores
