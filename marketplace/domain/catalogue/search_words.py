"""Kinds of words the search goes by, and how long they may be."""

from collections.abc import Mapping

from marketplace.domain.text import N_

SEARCH_WORD_KINDS: Mapping[str, str] = {
    "alias": N_("别名"),
    "word": N_("整词"),
    "stop": N_("停用词"),
}
"""An alias is a spelling that means another; a whole word is never cut; a stop word is not searched for."""

LONGEST = 30
LONGEST_WORD = 12
LEAST_HAN = 2
LEAST_LATIN = 2
"""Characters of an alias or a whole word: one alone stands in half of all texts."""
