"""What tests about people need over and over: a sign-up through the services, a licence file, data."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import replace

from marketplace.domain.access import VISITOR
from marketplace.domain.people import legal
from marketplace.domain.people.profiles import ProfileData
from marketplace.models.people import Organisation, Person
from marketplace.models.platform import ReviewTask
from marketplace.services.people import actors, organisations, signup
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests.factories import PASSWORD, make_uscc

PROFILE = ProfileData(
    name="汴水木业有限公司",
    division="341302",
    address="汴河路1号",
    legal_representative="王测试",
    contact_name="办公室",
    contact_phone="0557-3024567",
    contact_email="office@example.com",
    introduction="生产人造板。",
)


def png(shade: int = 200) -> bytes:
    """A small true image; another shade is another file."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\x00" + bytes([shade]) * 30 for _row in range(10))
    head = struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def sign_up(
    uscc: str = "", email: str = "head@example.com", changes: Mapping[str, str] | None = None
) -> Person:
    """Sign up an enterprise as a visitor does; return its 负责人."""
    profile = replace(PROFILE, **(changes or {}))
    with unit_of_work():
        draft = signup.require(signup.start(VISITOR, None, uscc or make_uscc()))
        signup.keep_uploads(draft, [("licence.png", png())])
        signup.save_organisation(draft, "enterprise", profile)
        signup.save_person(draft, "赵负责", email, "13800138000", PASSWORD)
        return signup.send(VISITOR, draft, legal.current_versions())


def organisation_of(person: Person) -> Organisation:
    """The organisation that a person is in."""
    return organisations.own(actors.actor_of(person.id))


def open_task(organisation: Organisation) -> ReviewTask:
    """The open verification task of an organisation."""
    profile = organisations.open_change(organisation)
    assert profile is not None
    task = reviews.open_task_for("profile", profile.id)
    assert task is not None
    return task
