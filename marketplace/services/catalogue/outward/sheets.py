"""Fact sheets of listings: the public text alone, whoever asks, so that a sheet may be handed to anybody."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from marketplace.domain import clock
from marketplace.domain.access import VISITOR
from marketplace.domain.errors import NotFound
from marketplace.integrations import qr
from marketplace.services import links
from marketplace.services.catalogue import pages
from marketplace.services.catalogue.pages import AchievementView, DemandView
from marketplace.services.outside import outside
from marketplace.services.platform import files


@dataclass(frozen=True)
class Sheet:
    """What stands on a fact sheet. ``code`` and ``picture`` are ``data:`` addresses of images; picture may be ''."""

    view: AchievementView | DemandView
    address: str
    code: str
    picture: str
    printed_at: datetime


def public_view(kind: str, listing_id: int) -> AchievementView | DemandView:
    """Return a listing as a visitor sees it; NotFound where a visitor sees none."""
    return pages.of_listing(VISITOR, pages.get(VISITOR, kind, listing_id))


def build(kind: str, listing_id: int) -> Sheet:
    """Return the sheet of a listing; NotFound where a visitor may not read it, whoever asks."""
    view = public_view(kind, listing_id)
    address = outside().public_url + links.path_of(kind, listing_id)
    return Sheet(view, address, qr.data_uri(address), _data_uri(view), clock.now())


def picture_of(view: AchievementView | DemandView) -> tuple[bytes, str]:
    """Return the first picture that a visitor may open, small, and its media type; (b"", "") for none."""
    for picture in view.pictures:
        try:
            found = files.open_for(VISITOR, picture.link_id, small=True)
            with found.open() as stream:
                return stream.read(), found.link.file.media_type
        except NotFound:
            continue
    return b"", ""


def code_of(kind: str, listing_id: int) -> bytes:
    """Return the QR code of a listing's page as SVG; NotFound where a visitor may not read it."""
    public_view(kind, listing_id)
    return qr.svg(outside().public_url + links.path_of(kind, listing_id))


def _data_uri(view: AchievementView | DemandView) -> str:
    content, media_type = picture_of(view)
    return f"data:{media_type};base64,{b64encode(content).decode()}" if content else ""
