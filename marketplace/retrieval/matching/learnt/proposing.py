"""Words a concept may lack: those whose company in the site's own texts speaks of it."""

from __future__ import annotations

from marketplace.retrieval.matching.matcher import Matcher

_SHORTEST, _LONGEST = 2, 12
LEAST = 0.1
"""How clearly a word's company must speak of the concept."""


def propose(matcher: Matcher, name: str, group: str, field: str, most: int = 20) -> list[str]:
    """Words of the chain, not in the table, whose clearest concept is this one; the clearest and rarest first.

    ``matcher`` may come without rows. A concept that its table does not have yet gets no proposals.
    """
    table = matcher.reader.table
    place = next(
        (
            at
            for at, one in enumerate(table.concepts)
            if (one.name, one.group, one.field) == (name, group, field)
        ),
        None,
    )
    learnt = matcher.weights.learnt
    if place is None or place >= learnt.shape[1]:
        return []
    terms, known = matcher.vocabulary.terms, set(table.words)
    strongest = learnt.max(axis=1).toarray().ravel()
    column = learnt[:, [place]].tocoo()
    found: list[tuple[float, str]] = []
    for at, value in zip(column.row.tolist(), column.data.tolist(), strict=True):
        word = terms[at][1:]
        if terms[at][0] != "w" or word in known or not _SHORTEST <= len(word) <= _LONGEST or word.isdigit():
            continue
        part_of_known = any(word in form for form in table.forms(place))
        if value >= LEAST and value >= strongest[at] and not part_of_known:
            found.append((-value * float(matcher.weights.idf[at]), word))
    return [word for _, word in sorted(found)[:most]]
