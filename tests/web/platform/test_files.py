"""Downloads: the right name, the right type, the right people."""

from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from marketplace.domain.access import Actor
from marketplace.models.platform import FileLink
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.client import InspectingClient

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def judge(session: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subject whose files are for everybody when public, else for the signed in."""

    def may_read(actor: Actor, link: FileLink) -> bool:
        return link.level == "public" or actor.signed_in

    monkeypatch.setitem(files.READERS, "test_subject", may_read)


def attach(name: str, content: bytes, level: str = "public") -> int:
    """Attach a file to the test subject; return the link's id."""
    actor = factories.actor(factories.make_person(factories.make_organisation()))
    with unit_of_work():
        file = files.store(actor, name, content, "attachment")
        return files.attach(actor, file, "test_subject", 1, "attachment", level).id


def png() -> bytes:
    """A picture larger than its small copy."""
    target = BytesIO()
    Image.effect_noise((900, 600), 40).save(target, "PNG")
    return target.getvalue()


def test_a_document_is_saved_under_its_chinese_name(client: InspectingClient) -> None:
    """Attachment, nosniff, RFC 5987 name, length, and an ETag that saves the second download."""
    link_id = attach("宿州 检测报告（2026）.pdf", PDF_BYTES)
    answer = client.get(f"/files/{link_id}")
    assert answer.status_code == 200
    assert answer.data == PDF_BYTES
    assert answer.mimetype == "application/pdf"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert f"filename*=UTF-8''{quote('宿州 检测报告（2026）.pdf')}" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(f"/files/{link_id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_image_stands_in_the_page_and_has_a_small_copy(client: InspectingClient) -> None:
    """Inline, and a card loads the small copy."""
    link_id = attach("样机.png", png())
    large, small = client.get(f"/files/{link_id}"), client.get(f"/files/{link_id}?small=1")
    assert large.headers["Content-Disposition"].startswith("inline")
    assert len(small.data) < len(large.data) / 2
    assert small.headers["ETag"] != large.headers["ETag"]
    with Image.open(BytesIO(small.data)) as image:
        assert image.size == (480, 320)


def test_text_is_never_shown_as_a_page(client: InspectingClient) -> None:
    """Markup inside a text file stays text, and is saved instead of shown."""
    link_id = attach("说明.txt", "说明 <script>alert(1)</script>".encode())
    answer = client.get(f"/files/{link_id}")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_who_may_not_read_finds_nothing(client: InspectingClient) -> None:
    """404 for a visitor, the file for whom it is meant, nothing that a shared cache would keep."""
    link_id = attach("内部.pdf", PDF_BYTES, level="parties")
    assert client.get(f"/files/{link_id}").status_code == 404
    assert client.get(f"/files/{link_id}?small=1").status_code == 404
    assert client.get("/files/999999").status_code == 404
    client.sign_in(factories.make_person().id)
    answer = client.get(f"/files/{link_id}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
