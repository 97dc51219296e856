"""Forms of the search words. Shape and wording only."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from marketplace.domain.catalogue.search_words import LONGEST, SEARCH_WORD_KINDS
from marketplace.domain.text import N_
from marketplace.forms.base import AtMost, CodeField, LineField, Marked, SiteForm

WORD_ORIGINS = (
    ("shipped", N_("随程序提供")),
    ("changed", N_("本站修改过")),
    ("own", N_("本站新增")),
    ("retired", N_("已停用")),
)


class WordFilter(SiteForm):
    """What of the table is shown, and a sentence to try the words on; read from the address."""

    class Meta:
        """A filter changes nothing."""

        csrf = False

    q = LineField(_l("词或写法"))
    kind = CodeField(_l("种类"), SEARCH_WORD_KINDS.items(), blank=N_("全部"))
    origin = CodeField(_l("来源"), WORD_ORIGINS, blank=N_("现行全部"))


class TrialForm(SiteForm):
    """A sentence to try the words on; read from the address."""

    class Meta:
        """A trial changes nothing."""

        csrf = False

    sentence = LineField(_l("试读一句话"), description=_l("看现行词表怎样理解它：别名换成规范写法，再分成词"))


class WordForm(SiteForm):
    """An entry. ``version`` is the one the administrator looked at."""

    version = HiddenField(default="0")
    kind = CodeField(_l("种类"), SEARCH_WORD_KINDS.items(), blank=N_("请选择"), validators=[Marked()])
    text = LineField(
        _l("词"),
        validators=[Marked(longest=LONGEST)],
        description=_l("别名填常见的另一种写法或简称；整词填不应被切开的术语；停用词填搜索时可以忽略的词"),
    )
    meaning = LineField(
        _l("规范写法"),
        validators=[Marked(longest=LONGEST, needed=False)],
        description=_l("只有别名要填：搜别名时，等于也搜规范写法"),
    )
    note = LineField(_l("修改说明"), validators=[AtMost(300)])

    @property
    def seen(self) -> int:
        """The version that was looked at."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class RetireWordForm(SiteForm):
    """Why a word no longer counts."""

    note = LineField(_l("停用原因"), validators=[AtMost(300)])
