"""Forms of the knowledge table. Shape and wording only."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.domain.text import N_
from marketplace.forms.base import AtMost, CodeField, LineField, Marked, SiteForm, TextField

ORIGINS = (
    ("shipped", N_("随程序提供")),
    ("changed", N_("本站修改过")),
    ("own", N_("本站新增")),
    ("retired", N_("已停用")),
)


class ConceptFilter(SiteForm):
    """What of the table is shown; read from the address."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("概念、方向或词"))
    field = CodeField(_l("技术领域"), NATIONAL_FIELDS.choices, blank=N_("全部"))
    origin = CodeField(_l("来源"), ORIGINS, blank=N_("现行全部"))


class ConceptForm(SiteForm):
    """A concept with its words. ``version`` is the one the administrator looked at; ``more`` are proposed words to
    add; ``sample`` is the demand a preview is made for."""

    version = HiddenField(default="0")
    field = CodeField(_l("技术领域"), NATIONAL_FIELDS.choices, validators=[Marked()])
    direction = LineField(
        _l("方向"), validators=[Marked(longest=30)], description=_l("相近的概念归入同一方向，例如：新能源")
    )
    name = LineField(_l("概念名称"), validators=[Marked(longest=30)])
    words = TextField(
        _l("说到这个概念的词"),
        validators=[Marked(), AtMost(12_000)],
        description=_l("用空格、逗号或换行分开，包括简称、俗称、上下位词和英文缩写"),
        id="concept-words",
    )
    more = SelectMultipleField(
        _l("建议补充的词"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
        description=_l("在本站文本中常与上面的词同时出现，勾选后随保存加入"),
    )
    note = LineField(_l("修改说明"), validators=[AtMost(300)])
    sample = CodeField(_l("用哪条需求试排"), [], blank=N_("不试排"))

    def offer(self, proposals: Iterable[str], demands: Iterable[tuple[int, str]]) -> "ConceptForm":
        """Offer proposed words, and demands to try the change on."""
        self.more.choices = [SelectChoice(word, word) for word in proposals]
        self.sample.offer((str(key), title) for key, title in demands)
        return self

    @property
    def seen(self) -> int:
        """The version that was looked at."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class RetireForm(SiteForm):
    """Why a concept no longer counts."""

    note = LineField(_l("停用原因"), validators=[AtMost(300)])
