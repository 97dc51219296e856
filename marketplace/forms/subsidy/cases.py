"""What an applicant types: papers, declarations, particulars, account, 陈述申辩, yearly report."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import Optional

from marketplace.domain.subsidy import declarations
from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, DayField, FenField, LineField, Marked, SiteForm, TextField


class PaperForm(SiteForm):
    """Files of one paper."""

    file = MultipleFileField(_l("文件"), [Marked()], description=_l("PDF 或图片，可一次选多个，最多30个"))


class WaiverForm(SiteForm):
    """Why a paper is not needed."""

    note = TextField(
        _l("不需要这份材料的理由"),
        [Marked(declarations.LONGEST_WAIVER, needed=False)],
        description=_l("审核人员会核对；留空并保存即恢复为需要提供"),
    )


class DeclarationForm(SiteForm):
    """The words that are signed by a typed name."""

    unrelated = BooleanField(_l("本单位作出以上无关联关系承诺"))
    aid = CodeField(_l("同一合同、同一成果的其他补助"), declarations.AID.items(), validators=[Marked()])
    details = TextField(
        _l("其他补助的名称、部门、金额和时间"),
        [Marked(declarations.LONGEST_DETAILS, needed=False)],
        description=_l("选择“没有”的不用填写"),
    )
    truth = BooleanField(_l("本单位确认以上真实性声明"))
    typed_name = LineField(
        _l("签署人姓名"),
        [Marked(declarations.LONGEST_NAME)],
        description=_l("输入您的姓名即代表申请单位签署，签署时间会一并记录"),
    )


class ParticularsForm(SiteForm):
    """The certificate of a 高新技术企业."""

    number = LineField(_l("证书编号"), [Marked(20)], description=_l("GR加12位数字，例如 GR202634000123"))
    certified_on = DayField(_l("发证日期"), [Marked()])
    again = CodeField(_l("认定次数"), [("first", N_("首次认定")), ("again", N_("再次认定"))])


class AccountForm(SiteForm):
    """The account a grant is paid to."""

    bank = LineField(_l("开户银行"), [Marked(120)], description=_l("写到支行，例如徽商银行宿州埇桥支行"))
    name = LineField(_l("户名"), [Marked(120)], description=_l("须与申请单位名称一致"))
    number = LineField(_l("银行账号"), [Marked(40)], description=_l("除财务人员外，他人只看到末四位"))


class SubmissionForm(SiteForm):
    """Carries the digest of what was checked."""

    digest = HiddenField()


class AppealForm(SiteForm):
    """陈述申辩."""

    words = TextField(
        _l("事实和理由"),
        [Marked(declarations.LONGEST_APPEAL)],
        id="case-words",
        description=_l("写明不服的是哪一条、依据什么；需要的材料请先与受理部门联系"),
    )


class ReportForm(SiteForm):
    """A yearly report on 在宿转化."""

    words = TextField(_l("转化应用情况"), [Marked(declarations.LONGEST_REPORT)], id="case-words")
    output = FenField(_l("本年度相关产值"), [Marked()])
    jobs = IntegerField(_l("带动就业人数"), [Optional()])
    file = MultipleFileField(_l("佐证文件"), description=_l("可以不传，最多10个"))
