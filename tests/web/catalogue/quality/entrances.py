"""Who may enter the pages of writing listings, of their quality and of corrections (see tests/web/test_routes.py)."""

from tests.web.matching.entrances import ALL, OWNERS, SIGNED_IN, SOME

DESK = SIGNED_IN - {
    "agent",
    "manager",
    "stranger",
    "expert",
    "external_auditor",
    "policy_manager",
    "publisher",
}

TRADERS = OWNERS | {"stranger"}
JUDGES = frozenset({"achievement_reviewer", "auditor"})

MAY_ENTER_QUALITY = {
    "corrections.detail": SOME,
    "corrections.look_up": ALL,
    "corrections.mine": SIGNED_IN,
    "corrections.send": ALL,
    "corrections.sent": ALL,
    "corrections.write": ALL,
    "correction_desk.decide": SOME,
    "correction_desk.index": DESK,
    "correction_desk.settle": SOME,
    "correction_desk.show": SOME,
    "quality.beside": SOME,
    "quality.look": OWNERS,
    "editing.step": OWNERS,
    "editing.save": OWNERS,
    "editing.add_file": OWNERS,
    "editing.remove_file": OWNERS,
    "editing.submit": OWNERS,
    "my_listings.index": TRADERS,
    "my_listings.new": TRADERS,
    "my_listings.create": TRADERS,
    "my_listings.detail": OWNERS,
    "my_listings.act": OWNERS,
    "my_listings.discard": OWNERS,
    "my_listings.edit": OWNERS,
    "my_listings.changes": OWNERS | JUDGES,
    "my_listings.preview": OWNERS | JUDGES,
    "my_listings.take_down": {"achievement_reviewer"},
    "my_listings.withdraw": OWNERS,
}
