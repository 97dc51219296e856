"""The table of the field: read from files, found in texts."""

from pathlib import Path

import pytest

from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.retrieval.matching.knowledge import Concept, KnowledgeTable, read_folder


def found(table: KnowledgeTable, text: str) -> dict[str, int]:
    return {table.words[number]: count for number, count in table.find(text).items()}


@pytest.fixture
def table() -> KnowledgeTable:
    return KnowledgeTable(
        [
            Concept("铝加工", "金属", "05", ("铝", "铝合金", "电解铝")),
            Concept("控制", "自动化", "03", ("PLC", "铝合金")),
        ]
    )


def test_words_are_found_with_those_inside_them(table: KnowledgeTable) -> None:
    assert found(table, "高强铝合金型材与电解铝") == {"铝合金": 1, "电解铝": 1}
    assert found(table, "再生铝与废铝") == {"铝": 2}, "a lone character counts where no longer word holds it"


def test_latin_words_stand_alone(table: KnowledgeTable) -> None:
    assert found(table, "采用plc控制") == {"plc": 1, "控制": 1}
    assert found(table, "simplcity plc2") == {}


def test_a_word_may_speak_of_several_concepts(table: KnowledgeTable) -> None:
    assert table.concepts_of[table.words.index("铝合金")] == (0, 1)


def test_the_fingerprint_follows_the_content(table: KnowledgeTable) -> None:
    other = KnowledgeTable([Concept("铝加工", "金属", "05", ("铝",))])
    assert other.fingerprint != table.fingerprint
    assert KnowledgeTable(table.concepts).fingerprint == table.fingerprint


def test_the_shipped_table_is_sound() -> None:
    concepts = KnowledgeTable.default().concepts
    names = [(one.field, one.group, one.name) for one in concepts]
    assert len(set(names)) == len(names)
    assert {one.field for one in concepts} == set(NATIONAL_FIELDS.codes), (
        "every national field has its concepts"
    )
    assert min(len(one.words) for one in concepts) >= 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["农"]\n"小麦" = "麦"', "x.toml: field is missing"),
        ('field = "09"\nwords = "麦"', "x.toml: words is not a direction"),
        ('field = "09"\n["农"]\n"小麦" = " "', "x.toml: 农, 小麦 has no words"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x.toml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        read_folder(tmp_path)
