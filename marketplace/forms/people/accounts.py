"""Accounts: sign in, set a password, sign up as a person, change one's own data."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField

from marketplace.forms.base import LineField, Marked, SiteForm

_PASSWORD_HINT = _l("至少10个字符，可以用几个词连成一句；不要与其他网站相同")


class LoginForm(SiteForm):
    """Mail address and password."""

    next = HiddenField()
    email = LineField(_l("邮箱"), [Marked()])
    password = PasswordField(_l("密码"), [Marked()])


class ConfirmForm(SiteForm):
    """The password again, before something dangerous."""

    next = HiddenField()
    password = PasswordField(_l("密码"), [Marked()])


class ResetForm(SiteForm):
    """Ask for a link to set a new password."""

    email = LineField(_l("注册时使用的邮箱"), [Marked()])


class NewPasswordForm(SiteForm):
    """A new password."""

    password = PasswordField(_l("新密码"), [Marked()], description=_PASSWORD_HINT)


class ChangePasswordForm(SiteForm):
    """The present password and a new one."""

    current = PasswordField(_l("现在的密码"), [Marked()])
    password = PasswordField(_l("新密码"), [Marked()], description=_PASSWORD_HINT)


class DetailsForm(SiteForm):
    """One's own name and telephone."""

    name = LineField(_l("姓名"), [Marked()])
    phone = LineField(_l("手机或固定电话"), [Marked()], description=_l("固定电话请带区号，例如0557-3024567"))


class PersonForm(SiteForm):
    """A new account."""

    name = LineField(_l("姓名"), [Marked()])
    email = LineField(
        _l("邮箱"), [Marked()], description=_l("用于登录、接收通知和找回密码，请填本人长期使用的邮箱")
    )
    phone = LineField(_l("手机或固定电话"), [Marked()], description=_l("固定电话请带区号，例如0557-3024567"))
    password = PasswordField(_l("设置密码"), [Marked()], description=_PASSWORD_HINT)

    @property
    def typed(self) -> dict[str, str]:
        """The answers by name, never the password."""
        return {name: self[name].data or "" for name in ("name", "email", "phone")}


class ConsentForm(SiteForm):
    """Agreement to the texts in force; the versions shown travel with the form."""

    agreement = HiddenField()
    privacy = HiddenField()
    agreed = BooleanField(_l("我已阅读并同意《用户服务协议》和《隐私政策》"), [Marked()])

    @property
    def versions(self) -> dict[str, str]:
        """The versions agreed to; nothing while the box is not ticked."""
        if not self.agreed.data:
            return {}
        return {"agreement": self.agreement.data or "", "privacy": self.privacy.data or ""}


class AcceptForm(ConsentForm):
    """Accept an invitation with a new account; the mail address is the invited one."""

    name = LineField(_l("姓名"), [Marked()])
    phone = LineField(_l("手机或固定电话"), [Marked()], description=_l("固定电话请带区号，例如0557-3024567"))
    password = PasswordField(_l("设置密码"), [Marked()], description=_PASSWORD_HINT)


class EmptyForm(SiteForm):
    """A confirmation: nothing but the button."""
