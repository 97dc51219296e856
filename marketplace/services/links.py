"""Addresses of subjects, for notices and mails; a test compares them with the site's address map."""

PATHS = {
    "achievement": "/achievements/%d",
    "demand": "/demands/%d",
    "organisation": "/organisations/%d",
    "my_listing": "/desk/listings/%d",
    "my_organisation": "/desk/organisation",
    "my_members": "/desk/members",
    "account": "/account",
    "my_inquiries": "/desk/inquiries",
    "inquiry": "/desk/inquiries/%d",
    "negotiation": "/desk/negotiations/%d",
    "lead": "/desk/leads/%d",
    "introduction": "/desk/introductions/%d",
    "demand_matches": "/demands/%d/matches",
    "achievement_matches": "/achievements/%d/matches",
    "gaps": "/gaps",
    "settings": "/admin/settings",
    "contract": "/desk/contracts/%d",
    "my_contracts": "/desk/contracts",
    "contract_task": "/admin/registration/%d",
    "contract_change": "/desk/contract-changes/%d",
    "price_objection": "/admin/price-objections/%d",
    "payment": "/desk/payments/%d",
    "checkout": "/desk/checkouts/%d",
    "policy": "/policies/%d",
    "announcement": "/announcements/%d",
    "publicity": "/publicities/%d",
    "price_publication": "/prices/%d",
    "policy_version": "/admin/policies/%d",
    "subsidy_case": "/desk/subsidies/%d",
    "subsidy_review": "/admin/subsidies/%d",
    "case_examination": "/desk/examinations/%d",
    "grant_objection": "/admin/grant-objections/%d",
    "recovery": "/admin/recoveries/%d",
    "saved_search": "/desk/searches/%d",
    "job": "/admin/operations/jobs/%d",
    "contract_import": "/admin/contracts/import/%d",
    "table_import": "/desk/imports/jobs/%d",
    "review_task": "/admin/reviews/%d",
    "desk": "/desk",
    "letter": "/desk/letters/%d",
    "correction": "/corrections/%d",
    "correction_task": "/admin/corrections/%d",
}


def path_of(subject_kind: str, subject_id: int) -> str:
    """Return the path of a subject's page."""
    path = PATHS[subject_kind]
    return path % subject_id if "%d" in path else path


def verification(public_code: str) -> str:
    """Return the path of a registered contract's public page: where the QR code of its certificate leads."""
    return f"/contracts/verify/{public_code}"
