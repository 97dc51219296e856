"""Who may enter the pages of corrections and quality: the part of the table of tests/web/test_routes.py for them."""

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

MAY_ENTER_QUALITY = {
    "corrections.detail": SOME,
    "corrections.look_up": ALL,
    "corrections.mine": SIGNED_IN,
    "corrections.send": ALL,
    "corrections.sent": ALL,
    "corrections.write": ALL,
    "correction_desk.decide": SOME,
    "correction_desk.index": DESK - {"system_admin"},
    "correction_desk.settle": SOME,
    "correction_desk.show": SOME,
    "quality.beside": SOME,
    "quality.look": OWNERS,
}
