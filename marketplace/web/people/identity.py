"""The signed-in person, as Flask-Login sees one."""

from flask_login import UserMixin

from marketplace.extensions import login
from marketplace.services.people import accounts


class SignedIn(UserMixin):
    """A person and the session epoch they signed in under: a raised epoch ends older sessions."""

    def __init__(self, person_id: int, epoch: int) -> None:
        self.person_id = person_id
        self.epoch = epoch

    def get_id(self) -> str:
        """Return what the session keeps."""
        return f"{self.person_id}:{self.epoch}"


@login.user_loader
def load(identity: str) -> SignedIn | None:
    """Return the person of a session, or None when the account is closed or the epoch has moved on."""
    person_id, _, epoch = identity.partition(":")
    if not (person_id.isdigit() and epoch.isdigit()):
        return None
    if accounts.session_epoch(int(person_id)) != int(epoch):
        return None
    return SignedIn(int(person_id), int(epoch))
