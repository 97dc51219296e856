"""What each audit tag tells: the exact keys of its details. Ids, codes and digests only, never personal data."""

from collections.abc import Mapping
from typing import Any

from marketplace.domain.states import MACHINES

_MOVED = frozenset({"from", "to", "reasons"})

_EXTRA: Mapping[str, frozenset[str]] = {
    "revision.submit": frozenset({"listing", "ordinal"}),
    "revision.approve": frozenset({"listing", "ordinal"}),
    "revision.return": frozenset({"listing", "ordinal"}),
}
"""Keys that some transitions tell beyond from, to and reasons."""

TAGS: dict[str, frozenset[str]] = {
    machine.audit_tag(action): _MOVED | _EXTRA.get(machine.audit_tag(action), frozenset())
    for machine in MACHINES.values()
    for action in machine.actions
} | {
    "organisation.create": frozenset({"kind"}),
    "profile.create": frozenset({"organisation", "ordinal"}),
    "person.create": frozenset({"how"}),
    "person.login": frozenset(),
    "person.login_failed": frozenset({"name_digest"}),
    "person.password_changed": frozenset({"how"}),
    "person.changed": frozenset({"fields"}),
    "person.reset_asked": frozenset(),
    "person.closed": frozenset(),
    "consent.give": frozenset({"document", "version"}),
    "membership.start": frozenset({"organisation", "person", "position"}),
    "membership.end": frozenset({"organisation", "person"}),
    "membership.handover": frozenset({"organisation", "from_person", "to_person"}),
    "invitation.create": frozenset({"organisation", "position"}),
    "grant.create": frozenset({"person", "role", "scope"}),
    "grant.revoke": frozenset({"person", "role", "scope"}),
    "listing.create": frozenset({"kind"}),
    "revision.create": frozenset({"listing", "ordinal"}),
    "review_task.remark": frozenset({"field"}),
    "inquiry.create": frozenset({"listing", "revision"}),
    "setting.propose": frozenset({"key"}),
    "calendar.change": frozenset({"first", "last", "working"}),
    "outbox.retry": frozenset({"topic"}),
    "file.add": frozenset({"file", "purpose", "level"}),
    "file.remove": frozenset({"file", "purpose"}),
    "export.create": frozenset({"table", "rows"}),
    "demo.load": frozenset({"what"}),
}
"""Every tag and its exact keys; generated for transitions, written out for the rest."""


def check_details(tag: str, details: Mapping[str, Any]) -> None:
    """Raise ValueError unless ``details`` has exactly the keys of ``tag``: the trail must stay readable."""
    if tag not in TAGS:
        raise ValueError(f"unknown audit tag {tag!r}")
    if set(details) != TAGS[tag]:
        raise ValueError(f"{tag}: details are {sorted(details)}, want {sorted(TAGS[tag])}")
