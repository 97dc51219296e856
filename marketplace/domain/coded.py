"""Coded lists: terms with codes and labels, closed for good or edited by the site."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a list; ``group`` is the label of the part of the list it stands in, often empty."""

    code: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Taxonomy:
    """A closed, ordered list of terms with unique codes."""

    key: str
    label: str
    terms: tuple[Term, ...]

    @cached_property
    def _fixed(self) -> dict[str, Term]:
        return {term.code: term for term in self.terms}

    @property
    def _by_code(self) -> Mapping[str, Term]:
        """Every term by its code, in order."""
        return self._fixed

    @property
    def offered(self) -> tuple[Term, ...]:
        """The terms that may be chosen today."""
        return self.terms

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in order."""
        return tuple(self._by_code)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Pairs (code, label) of what may be chosen, in order: what a select needs."""
        return [(term.code, term.label) for term in self.offered]

    @property
    def groups(self) -> list[tuple[str, list[Term]]]:
        """Pairs (group label, terms) of what may be chosen, in order: what a grouped select needs."""
        found: dict[str, list[Term]] = {}
        for term in self.offered:
            found.setdefault(term.group, []).append(term)
        return list(found.items())

    def label_of(self, code: str) -> str:
        """Return the label of ``code``; raises KeyError when it is not in the list."""
        return self._by_code[code].label

    def code_of(self, label: str) -> str | None:
        """Return the first code whose label is exactly ``label``, as in an imported table, else None."""
        return next((term.code for term in self if term.label == label), None)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Term]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)


@dataclass(frozen=True)
class Stand:
    """What an edited list holds as of a day: what may be chosen, and every term that ever could be, those first."""

    offered: tuple[Term, ...]
    known: Mapping[str, Term]


class LivingTaxonomy(Taxonomy):
    """A list that the site edits, with what is written here as its beginning.

    New items choose among what is ``offered`` today; what an old item holds keeps its label, so that codes,
    labels and ``in`` speak of every term there ever was. Whoever keeps the rows says how to read them
    (services/platform/lists); without them the beginning holds.
    """

    _source: Callable[[], Stand | None] | None = None

    def read_from(self, source: Callable[[], Stand | None]) -> None:
        """Have the list read by ``source``, which returns None where nothing can be read."""
        object.__setattr__(self, "_source", source)

    def _stand(self) -> Stand:
        found = self._source() if self._source is not None else None
        return found if found is not None else Stand(self.terms, self._fixed)

    @property
    def _by_code(self) -> Mapping[str, Term]:
        return self._stand().known

    @property
    def offered(self) -> tuple[Term, ...]:
        """The terms that may be chosen today."""
        return self._stand().offered


class Labels(Mapping[str, str]):
    """Code → label of every term of a list as it stands now, for filters and columns that are made once.

    ``grouped``: with the part of the list before the label, where labels alone name no term.
    """

    def __init__(self, terms: Taxonomy, grouped: bool = False) -> None:
        self.terms, self.grouped = terms, grouped

    def __getitem__(self, code: str) -> str:
        term = self.terms._by_code[code]
        return f"{term.group}·{term.label}" if self.grouped and term.group else term.label

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms.codes)

    def __len__(self) -> int:
        return len(self.terms)
