"""The forms of 纠错: what a reader finds wrong, the code to look the answer up by, and the answer."""

from flask_babel import lazy_gettext as _l

from marketplace.domain.text import N_
from marketplace.forms.base import AtMost, CodeField, LineField, Marked, Needed, SiteForm, TextField


class CorrectionForm(SiteForm):
    """What is wrong, and where it can be checked."""

    field = CodeField(_l("哪一处"), [], blank=N_("整体，或说不准是哪一处"))
    message = TextField(
        _l("哪里有误"),
        [Needed(), AtMost(300)],
        description=_l("请写明错在哪里、应当是什么。10 到 300 字。"),
    )
    source = LineField(
        _l("从哪里可以核实"),
        [AtMost(200)],
        description=_l("例如网址、公告号、检测报告编号；没有可不填。"),
    )


class LookupForm(SiteForm):
    """The code that a visitor was given."""

    code = LineField(
        _l("查询码"), [Marked()], description=_l("提交纠错时给您的 10 位查询码，大小写和横线不影响")
    )


class AnswerForm(SiteForm):
    """The reviewer's answer to a report."""

    answer = TextField(
        _l("给反映人的答复"),
        [Marked(500)],
        description=_l("写明核实的情况和结论，反映人会看到；请不要写对方没有公开的内容"),
    )
    request = TextField(
        _l("请发布单位改什么"),
        [Marked(500, needed=False)],
        description=_l("属实时必填，发布单位会看到；他们看不到反映人是谁，也看不到反映的原文"),
    )


class SettleForm(SiteForm):
    """Why an accepted report is laid down without a new version."""

    answer = TextField(
        _l("了结的原因"),
        [Marked(500)],
        description=_l("例如“已经成交，内容不再修改”，会附在给反映人的答复后面"),
    )


class RegisterFilter(SiteForm):
    """What of the reports is shown; read from the address, so that no token is asked for."""

    class Meta:
        """Filtering changes nothing."""

        csrf = False

    kind = CodeField(
        _l("类型"), [("achievement", N_("科技成果")), ("demand", N_("技术需求"))], blank=N_("全部")
    )
    state = CodeField(_l("状态"), [], blank=N_("全部"))
