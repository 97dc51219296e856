"""Forms of a table that comes in: the file, and what is done with what was checked."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField

from marketplace.forms.base import Needed, SiteForm


class TableForm(SiteForm):
    """A table to check."""

    file = FileField(_l("要导入的表格"), validators=[Needed(_l("请先选择表格文件"))])


class ImportStartForm(SiteForm):
    """Which rows are written is the button's; the declarations are asked for only where rows are submitted too."""

    submit = BooleanField(_l("导入后把资料完整的各项直接提交审核"))
    no_secret = BooleanField(_l("不涉密声明：所填内容不涉及国家秘密，不含不宜公开的商业秘密和个人信息"))
    rights_owned = BooleanField(_l("权属声明：本单位有权发布所填内容，权属清楚，需要他人同意的已经取得同意"))

    @property
    def declared(self) -> bool:
        """Whether both declarations are made."""
        return bool(self.no_secret.data and self.rights_owned.data)
