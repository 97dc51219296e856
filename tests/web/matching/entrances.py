"""Who may enter the pages of matching and dealing: the part of the table of tests/web/test_routes.py for this area."""

from marketplace.domain.access import Role

OWNERS = frozenset({"agent", "manager"})
ALL = OWNERS | {"visitor", "stranger"} | {str(role) for role in Role}

SIGNED_IN = ALL - {"visitor"}
OVERSEERS = frozenset({"achievement_reviewer", "demand_reviewer"})
SOME = None
"""Open to whoever the subject concerns; the tests of that page say who."""

ADMIN = frozenset({"system_admin"})

MAY_ENTER_MATCHING = {
    "concepts.index": ADMIN,
    "concepts.new": ADMIN,
    "concepts.edit": ADMIN,
    "concepts.retire": ADMIN,
    "inquiries.index": SIGNED_IN,
    "inquiries.ask": SOME,
    "inquiries.send": SOME,
    "inquiries.detail": SOME,
    "inquiries.write": SOME,
    "inquiries.close": SOME,
    "inquiry_papers.file": SOME,
    "inquiry_papers.offer": SOME,
    "inquiry_papers.accept": SOME,
    "inquiry_papers.show": SOME,
    "inquiry_papers.pdf": SOME,
    "overdue_inquiries.index": OVERSEERS,
    "matches.brokers": SOME,
    "matches.of_achievement": ALL,
    "matches.of_demand": ALL,
    "matches.detail": ALL,
    "matches.fits": OWNERS,
    "matches.misfits": OWNERS,
    "matches.restore": OWNERS,
    "matches.say_misfits": OWNERS,
}
