"""Who may enter the pages of matching and dealing: the part of the table of tests/web/test_routes.py for this area."""

ROLES = frozenset(
    {
        "system_admin", "policy_manager", "achievement_reviewer", "demand_reviewer", "contract_registrar",
        "contract_verifier", "subsidy_first_reviewer", "subsidy_reviewer", "subsidy_approver", "publisher", "finance",
        "auditor", "expert", "external_auditor",
    }
)  # fmt: skip
OWNERS = frozenset({"agent", "manager"})
ALL = OWNERS | {"visitor", "stranger"} | ROLES

MAY_ENTER_MATCHING = {
    "matches.of_achievement": ALL,
    "matches.of_demand": ALL,
    "matches.detail": ALL,
    "matches.fits": OWNERS,
    "matches.misfits": OWNERS,
    "matches.restore": OWNERS,
    "matches.say_misfits": OWNERS,
}
