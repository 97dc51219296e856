"""How texts sound, and what typed letters may stand for."""

import pytest

from marketplace.retrieval import pinyin
from marketplace.retrieval.analysis import normalise


def test_words_are_read_as_words_and_character_by_character() -> None:
    """行 is hang in 行业 and xing elsewhere; both readings are kept, because words may be cut wrongly."""
    read = [" ".join(one.sound for one in reading) for reading in pinyin.readings("重庆行业LED照明")]
    assert read == ["chong qing hang ye LED zhao ming", "zhong qing xing ye LED zhao ming"]
    assert pinyin.sound_of("宿州绿色") == "suzhoulvse"
    assert pinyin.readings("，。") == [[]]


@pytest.mark.parametrize(
    ("typed", "syllables", "initials"),
    [
        ("shimoxi", True, False),
        ("shimox", True, False),
        ("smx", False, True),
        ("shang", True, True),
        ("Xi'an", True, False),
        ("lüse", True, False),
        ("graphene", False, True),
    ],
)
def test_letters_may_be_syllables_or_first_letters(typed: str, syllables: bool, initials: bool) -> None:
    read = pinyin.read_typed(normalise(typed))
    assert read is not None
    assert (read.syllables, read.initials) == (syllables, initials)


@pytest.mark.parametrize("typed", ["", "sm", "mit", "u-pb", "5g", "石墨", "co2", "'"])
def test_other_words_stand_for_themselves_only(typed: str) -> None:
    """Two letters fit everything; i, u and v begin no syllable."""
    assert pinyin.read_typed(normalise(typed)) is None


def test_what_sounds_as_typed_is_found_in_a_text() -> None:
    text = "高导热石墨烯散热膜"
    for typed, part in (("shimoxi", "石墨烯"), ("smx", "石墨烯"), ("shimosanre", ""), ("sanrem", "散热膜")):
        read = pinyin.read_typed(typed)
        assert read is not None
        assert "".join(text[start:end] for start, end in pinyin.spans(text, read)) == part
