"""The data of an organisation: when it signs up, and when it changes."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField

from marketplace.domain.people.profiles import LABELS, LONGEST, PROFILE_FIELDS, SIGN_UP_KINDS, ProfileData
from marketplace.domain.taxonomy import APPLICATION_SECTORS, ORGANISATION_KINDS, ORGANISATION_SIZES
from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, LineField, Marked, RegionField, SiteForm, TextField

_KINDS = [(kind, ORGANISATION_KINDS.label_of(kind)) for kind in SIGN_UP_KINDS]


class UsccForm(SiteForm):
    """Is my organisation already in?"""

    uscc = LineField(
        _l("统一社会信用代码"),
        [Marked()],
        description=_l("营业执照或法人证书上的18位代码，例如91340000711771143J"),
    )


class JoinForm(SiteForm):
    """Ask the 负责人 of an organisation for an invitation."""

    name = LineField(_l("您的姓名"), [Marked()])
    email = LineField(_l("您的邮箱"), [Marked()], description=_l("邀请链接会发到这个邮箱"))


class ProfileForm(SiteForm):
    """The data of an organisation. What is right is decided by domain/people/profiles.py."""

    kind = CodeField(_l("单位类型"), _KINDS, validators=[Marked()])
    name = LineField(_l(LABELS["name"]), [Marked()], description=_l("与证照上的名称完全一致"))
    division = RegionField(
        _l(LABELS["division"]),
        [Marked()],
        whole=False,
        description=_l("证照上住所所在的省、市、区县或园区，用于判断市内、市外，请如实选择"),
    )
    address = LineField(_l(LABELS["address"]), [Marked()], description=_l("证照上的住所，写到门牌号"))
    legal_representative = LineField(_l(LABELS["legal_representative"]), [Marked()])
    licence = MultipleFileField(
        _l(LABELS["licence"]),
        [Marked()],
        description=_l("清晰完整的照片、扫描件或PDF，最多5个，只供认证时核对"),
    )
    size = CodeField(_l(LABELS["size"]), ORGANISATION_SIZES.choices, blank=N_("不填"))
    sector = CodeField(_l(LABELS["sector"]), APPLICATION_SECTORS.choices, blank=N_("不填"))
    website = LineField(_l(LABELS["website"]), description=_l("没有可不填"))
    introduction = TextField(
        _l(LABELS["introduction"]),
        [Marked(longest=LONGEST["introduction"], needed=False)],
        description=_l("写在单位公开页面上：主要做什么，擅长什么"),
    )
    contact_name = LineField(_l(LABELS["contact_name"]), [Marked()], description=_l("可以填部门名称"))
    contact_phone = LineField(
        _l(LABELS["contact_phone"]), [Marked()], description=_l("手机，或带区号的固定电话，例如0557-3024567")
    )
    contact_email = LineField(_l(LABELS["contact_email"]), [Marked()])

    @property
    def profile(self) -> ProfileData:
        """The answers as plain values."""
        return ProfileData(**{name: self[name].data or "" for name in PROFILE_FIELDS})

    @property
    def typed(self) -> dict[str, str]:
        """The answers by name, as typed."""
        return {name: self[name].data or "" for name in ("kind", *PROFILE_FIELDS)}

    @property
    def uploads(self) -> list[tuple[str, bytes]]:
        """The files chosen, with their bytes."""
        chosen = [one for one in self.licence.data or [] if getattr(one, "filename", "")]
        return [(one.filename, one.read()) for one in chosen]
