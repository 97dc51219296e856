"""The last step: files, declarations, and sending to review."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from marketplace.domain.catalogue.content import OTHER_LABELS
from marketplace.domain.taxonomy import FILE_LEVELS
from marketplace.forms.base import LineField, Needed, SiteForm, TextField

LEVEL_WORDS = {
    "public": _l("公开：所有人都能打开"),
    "verified": _l("认证单位：已认证的单位登录后能打开"),
    "parties": _l("双方：只有本单位和审核人员能打开，洽谈后再提供"),
}


class SubmissionForm(SiteForm):
    """The two declarations, made at every submission by the person who submits."""

    no_secret = BooleanField(
        _l("不涉密声明：所填内容和附件不涉及国家秘密，不含不宜公开的商业秘密和个人信息"),
        validators=[Needed(_l("提交前请确认不涉密声明"))],
    )
    rights_owned = BooleanField(
        _l("权属声明：本单位有权发布所填内容，权属清楚，需要他人同意的已经取得同意"),
        validators=[Needed(_l("提交前请确认权属声明"))],
    )
    change_note = TextField(
        _l(OTHER_LABELS["change_note"]), description=_l("改了什么、为什么改，供审核人员参考，不公开")
    )


class FileForm(SiteForm):
    """One image or attachment with the circle of people it is for."""

    file = FileField(_l("选择文件"))
    purpose = SelectField(
        _l("用途"),
        choices=[SelectChoice("attachment", _l("附件")), SelectChoice("image", _l("图片（显示在页面上）"))],
        validate_choice=False,
    )
    level = SelectField(
        _l(FILE_LEVELS.label),
        choices=[SelectChoice(code, word) for code, word in LEVEL_WORDS.items()],
        default="verified",
        validate_choice=False,
    )
    caption = LineField(_l("说明"), description=_l("例如“第三方检测报告”，可不填"))
