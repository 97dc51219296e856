"""Who may enter the pages of matching and dealing: the part of the table of tests/web/test_routes.py for this area."""

from marketplace.domain.access import Role

OWNERS = frozenset({"agent", "manager"})
ALL = OWNERS | {"visitor", "stranger"} | {str(role) for role in Role}

MAY_ENTER_MATCHING = {
    "matches.of_achievement": ALL,
    "matches.of_demand": ALL,
    "matches.detail": ALL,
    "matches.fits": OWNERS,
    "matches.misfits": OWNERS,
    "matches.restore": OWNERS,
    "matches.say_misfits": OWNERS,
}
