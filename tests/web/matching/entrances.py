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
    "concepts.strengths": ADMIN,
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
    "meetings.confirm": SOME,
    "meetings.new": SOME,
    "negotiations.detail": SOME,
    "negotiations.draft": SOME,
    "negotiations.end": SOME,
    "negotiations.index": SIGNED_IN,
    "negotiations.new": SOME,
    "offers.answer": SOME,
    "offers.new": SOME,
    "offers.write": SOME,
    "overdue_inquiries.index": OVERSEERS,
    "contributions.confirm": SOME,
    "contributions.write": SOME,
    "introductions.show": SOME,
    "invited_brokers.answer": SOME,
    "invited_brokers.new": SOME,
    "leads.index": SOME,
    "leads.pairs": SOME,
    "leads.new": SOME,
    "leads.create": SOME,
    "leads.detail": SOME,
    "lead_acts.act": SOME,
    "lead_acts.contact": SOME,
    "lead_acts.finish": SOME,
    "lead_acts.introduce": SOME,
    "lead_acts.lose": SOME,
    "lead_acts.note": SOME,
    "lead_acts.task": SOME,
    "matches.brokers": SOME,
    "matches.of_achievement": ALL,
    "matches.of_demand": ALL,
    "matches.detail": ALL,
    "matches.fits": OWNERS,
    "matches.misfits": OWNERS,
    "matches.restore": OWNERS,
    "matches.say_misfits": OWNERS,
}
