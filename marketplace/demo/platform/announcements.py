"""Announcements of the demonstration: written by one person of the authority, published by another."""

import tomllib
from datetime import timedelta
from functools import partial
from typing import Any

from marketplace.demo.material import document
from marketplace.demo.people import People
from marketplace.demo.plan import Plan
from marketplace.demo.texts import FOLDER
from marketplace.domain.clock import beijing
from marketplace.services.platform.announcements import publishing, writing
from marketplace.services.platform.announcements.writing import Wording

WRITER, PUBLISHER = "policy@kjj.example", "publisher@kjj.example"


def load() -> list[dict[str, Any]]:
    """Return the announcements as they stand in the file."""
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / "announcements.toml").read_text(encoding="utf-8"))[
        "announcement"
    ]
    return found


def schedule(plan: Plan, people: People) -> None:
    """Plan every announcement of the file: draft, publication, what becomes of it."""
    for each in load():
        at = plan.moment(each["days"], "announcement", each["title"])
        plan.add(at, partial(_live, plan, people, each))


def _live(plan: Plan, people: People, each: dict[str, Any]) -> None:
    writer, publisher = people.actor(WRITER), people.actor(PUBLISHER)
    today = beijing(plan.now).date()
    said = {
        name: str(each.get(name, "")).replace("{year}", str(today.year))
        for name in ("kind", "title", "body", "issuer", "number")
    }
    first, last = (
        today + timedelta(days=each[name]) if name in each else None for name in ("valid_from", "valid_to")
    )
    wording = Wording(said["kind"], said["title"], said["body"], said["issuer"], said["number"], first, last)
    row = writing.create(writer, wording)
    for name in each.get("files", ()):
        content = document([f"{name}（演示）", row.title, "本文件为演示材料，内容均为虚构。"])
        writing.add_file(writer, row.id, f"{name}（演示）.pdf", content)
    state = each.get("state", "published")
    if state == "draft":
        return
    publishing.act(publisher, row.id, "publish")
    if each.get("pinned"):
        publishing.pin(publisher, row.id, True)
    if state == "withdrawn":
        publishing.act(publisher, row.id, "withdraw", each["reason"])
