"""Likeness: a copy is recognised however it is dressed up, and two texts about one subject are not a copy."""

from marketplace.domain.catalogue.quality.likeness import alike, bare, marked, print_of

GLUE = (
    "以低温脱脂豆粕为主料，经碱热变性打开蛋白结构，再与自制的环氧改性聚酰胺交联剂复配，得到固含量 34% 的双组分胶。"
    "胶液适用期六小时，可直接进入现有四辊涂胶机；热压温度 115～125℃，与脲醛胶工艺窗口重叠，设备均不需要更换。"
)
OTHER_GLUE = (
    "用造纸黑液提取的木质素代替六成苯酚，制成胶合板用酚醛胶，热压温度 140℃，适合室外级多层板。"
    "木质素先经羟甲基化提高活性，胶的黏度随批次变化小于 15%，板的胶合强度达到一类板要求，成本每吨低 900 元。"
)


def test_a_copy_is_recognised_however_it_is_dressed_up() -> None:
    """Full-width signs, blanks, another order of sentences, a sentence more, a title with a few words more."""
    own = print_of("大豆基无醛木材胶粘剂", GLUE)
    first, second = GLUE.split("。")[:2]
    dressed = f"{second.replace('，', ', ')}。 {first.replace('34%', '３４％')}。另有配套服务。"
    found = alike(own, print_of("大豆基无醛木材胶粘剂（推广）", dressed))
    assert found.text > 0.85
    assert found.title > 0.8
    assert not found.same_title
    assert alike(own, print_of("大豆基 无醛木材胶粘剂", "")).same_title


def test_the_shorter_text_counts() -> None:
    """Whoever takes half of a long text repeats it all the same."""
    assert alike(print_of("甲", GLUE), print_of("乙", GLUE[: len(GLUE) // 2])).text == 1.0


def test_one_subject_is_no_copy() -> None:
    """Two glues for plywood have words in common, and that is all."""
    assert not alike(print_of("大豆基无醛木材胶粘剂", GLUE), print_of("木质素改性酚醛胶粘剂", OTHER_GLUE))


def test_little_text_says_nothing() -> None:
    """A short title, an empty draft, a few words that anybody writes."""
    assert not alike(print_of("胶", ""), print_of("胶", ""))
    assert not alike(print_of("", "希望与高校合作"), print_of("", "希望与高校合作"))
    assert not alike(print_of("！！？？", "。。。"), print_of("！！？？", "。。。"))
    assert bare("Ａ-b 一，二") == "ab一二"


def test_shared_stretches_are_marked_and_nothing_is_lost() -> None:
    """Six characters and more; the stretches together are the text."""
    stretches = marked("前言。胶液适用期六小时，可用。", GLUE)
    assert ("。胶液适用期六小时，可", True) in stretches
    assert "".join(words for words, _ in stretches) == "前言。胶液适用期六小时，可用。"
    assert marked("", GLUE) == []
    assert marked("短", "短") == [("短", False)]
