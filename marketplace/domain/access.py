"""Who may do what, and who may see which text: decided here and nowhere else, default deny."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from marketplace.domain.errors import NotAllowed
from marketplace.domain.text import N_


class Role(StrEnum):
    """Roles that administrators grant to a person, in a scope, from a day to a day."""

    SYSTEM_ADMIN = "system_admin"
    POLICY_MANAGER = "policy_manager"
    ACHIEVEMENT_REVIEWER = "achievement_reviewer"
    DEMAND_REVIEWER = "demand_reviewer"
    CONTRACT_REGISTRAR = "contract_registrar"
    CONTRACT_VERIFIER = "contract_verifier"
    SUBSIDY_FIRST_REVIEWER = "subsidy_first_reviewer"
    SUBSIDY_REVIEWER = "subsidy_reviewer"
    SUBSIDY_APPROVER = "subsidy_approver"
    PUBLISHER = "publisher"
    FINANCE = "finance"
    AUDITOR = "auditor"
    EXPERT = "expert"
    EXTERNAL_AUDITOR = "external_auditor"


ROLE_LABELS: Mapping[Role, str] = {
    Role.SYSTEM_ADMIN: N_("系统管理员"),
    Role.POLICY_MANAGER: N_("政策管理"),
    Role.ACHIEVEMENT_REVIEWER: N_("成果审核"),
    Role.DEMAND_REVIEWER: N_("需求审核"),
    Role.CONTRACT_REGISTRAR: N_("合同登记"),
    Role.CONTRACT_VERIFIER: N_("合同复核"),
    Role.SUBSIDY_FIRST_REVIEWER: N_("补助初审"),
    Role.SUBSIDY_REVIEWER: N_("补助审核"),
    Role.SUBSIDY_APPROVER: N_("补助批准"),
    Role.PUBLISHER: N_("公示发布"),
    Role.FINANCE: N_("财务"),
    Role.AUDITOR: N_("审计"),
    Role.EXPERT: N_("评审专家"),
    Role.EXTERNAL_AUDITOR: N_("第三方审计"),
}

OUTSIDE_ROLES = frozenset({Role.EXPERT, Role.EXTERNAL_AUDITOR})
"""Roles for people outside the authority: they see only what is assigned to them."""

STAFF_ROLES = frozenset(Role) - OUTSIDE_ROLES
"""Roles that only people of a 管理部门 may hold; their sessions end after the administrators' idle time."""


class Permission(StrEnum):
    """Everything that is guarded."""

    # of an organisation's own people
    WORK_IN_ORGANISATION = "work_in_organisation"
    EDIT_ORGANISATION = "edit_organisation"
    MANAGE_MEMBERS = "manage_members"
    CREATE_LISTING = "create_listing"
    EDIT_LISTING = "edit_listing"
    READ_LISTING = "read_listing"
    ASK_ABOUT_LISTING = "ask_about_listing"
    CREATE_CONTRACT = "create_contract"
    EDIT_CONTRACT = "edit_contract"
    HANDLE_CONTRACT = "handle_contract"
    READ_CONTRACT = "read_contract"
    APPLY_SUBSIDY = "apply_subsidy"
    READ_CASE = "read_case"
    READ_INQUIRY = "read_inquiry"
    HANDLE_INQUIRY = "handle_inquiry"
    JUDGE_MATCH = "judge_match"
    NEGOTIATE = "negotiate"
    READ_NEGOTIATION = "read_negotiation"
    WORK_AS_BROKER = "work_as_broker"
    # of administrators
    VERIFY_ORGANISATION = "verify_organisation"
    READ_ORGANISATIONS = "read_organisations"
    REVIEW = "review"
    CHECK_REGISTRATION = "check_registration"
    SEE_REVIEW_DESK = "see_review_desk"
    ASSIGN_REVIEW = "assign_review"
    READ_REVIEW = "read_review"
    GRANT_ROLES = "grant_roles"
    READ_GRANTS = "read_grants"
    READ_PEOPLE = "read_people"
    MANAGE_PEOPLE = "manage_people"
    CHANGE_SETTINGS = "change_settings"
    CONFIRM_SETTINGS = "confirm_settings"
    READ_SETTINGS = "read_settings"
    RUN_JOBS = "run_jobs"
    EDIT_KNOWLEDGE = "edit_knowledge"
    OVERSEE_INQUIRIES = "oversee_inquiries"
    READ_OPERATIONS = "read_operations"
    READ_AUDIT = "read_audit"
    EXPORT_LEDGERS = "export_ledgers"
    READ_CONTRACTS = "read_contracts"
    IMPORT_CONTRACTS = "import_contracts"
    SET_TARGETS = "set_targets"
    CHANGE_POLICY = "change_policy"
    CONFIRM_POLICY = "confirm_policy"
    READ_POLICIES = "read_policies"
    MANAGE_BATCHES = "manage_batches"
    WRITE_ANNOUNCEMENT = "write_announcement"
    PUBLISH_ANNOUNCEMENT = "publish_announcement"
    READ_CASES = "read_cases"
    FIX_GRANT = "fix_grant"
    PUBLISH_GRANT = "publish_grant"
    APPROVE_GRANT = "approve_grant"
    PAY_GRANT = "pay_grant"
    GIVE_OPINION = "give_opinion"
    # of the system itself
    RUN_BY_ITSELF = "run_by_itself"


@dataclass(frozen=True)
class Grant:
    """A role in force now; ``scope`` is a division code, or None for everywhere."""

    role: Role
    scope: str | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts, as plain values. ``Actor()`` is a visitor without rights."""

    person_id: int | None = None
    name: str = ""
    organisation_id: int | None = None
    organisation_kind: str = ""
    organisation_name: str = ""
    organisation_verified: bool = False
    is_manager: bool = False
    grants: frozenset[Grant] = frozenset()
    is_system: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether this is a person and not a visitor."""
        return self.person_id is not None

    @property
    def roles(self) -> frozenset[Role]:
        """Roles in force, whatever their scope."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        """Whether the actor holds a role of the authority."""
        return bool(self.roles & STAFF_ROLES)


VISITOR = Actor()
SYSTEM = Actor(name="system", is_system=True)


@dataclass(frozen=True)
class Subject:
    """What an action is about, as plain values.

    ``makers`` are people who made or submitted it (maker ≠ checker), ``scope`` the division whose office
    is competent, ``assigned`` the people it was given to, ``facts`` what its guards may ask for.
    ``parties`` are organisations that it concerns beside the owner: both sides of a contract.
    """

    kind: str
    organisation_id: int | None = None
    parties: frozenset[int] = frozenset()
    makers: frozenset[int] = frozenset()
    scope: str | None = None
    assigned: frozenset[int] = frozenset()
    facts: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Rule:
    """Who holds a permission. All set conditions must hold; nothing set means nobody.

    ``roles``: one of them is needed, ``roles_by_kind`` the same by kind of subject. ``own``: people of the
    organisation that owns the subject, ``party``: also of those it concerns. ``manager``: only its 负责人.
    ``verified``: the organisation must be verified. ``never_own``: refused to makers and to everybody in an
    organisation that it concerns; ``makers_excluded``: to makers only (a second person must confirm).
    ``kinds``: only such organisations.
    """

    roles: frozenset[Role] = frozenset()
    roles_by_kind: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    own: bool = False
    party: bool = False
    member: bool = False
    manager: bool = False
    verified: bool = False
    never_own: bool = False
    makers_excluded: bool = False
    kinds: frozenset[str] = frozenset()
    system: bool = False


REVIEWERS = {
    "achievement": frozenset({Role.ACHIEVEMENT_REVIEWER}),
    "demand": frozenset({Role.DEMAND_REVIEWER}),
    "achievement_correction": frozenset({Role.ACHIEVEMENT_REVIEWER}),
    "demand_correction": frozenset({Role.DEMAND_REVIEWER}),
    "organisation": frozenset({Role.SYSTEM_ADMIN}),
    "contract": frozenset({Role.CONTRACT_REGISTRAR}),
    "contract_check": frozenset({Role.CONTRACT_VERIFIER}),
    "contract_change": frozenset({Role.CONTRACT_REGISTRAR}),
    "price_objection": frozenset({Role.CONTRACT_REGISTRAR}),
    "payment": frozenset({Role.FINANCE, Role.CONTRACT_REGISTRAR}),
    "payment_evidence": frozenset({Role.FINANCE, Role.CONTRACT_REGISTRAR}),
    "subsidy_first_review": frozenset({Role.SUBSIDY_FIRST_REVIEWER}),
    "subsidy_review": frozenset({Role.SUBSIDY_REVIEWER}),
    "subsidy_appeal": frozenset({Role.SUBSIDY_APPROVER}),
    "grant_objection": frozenset({Role.SUBSIDY_REVIEWER}),
}
"""Who decides which kind of review task."""

_ADMIN = frozenset({Role.SYSTEM_ADMIN})
_READERS = frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR})
_REVIEW_DESK = frozenset[Role]().union(*REVIEWERS.values()) | {Role.AUDITOR}
_CONTRACT_READERS = frozenset(
    {
        Role.CONTRACT_REGISTRAR, Role.CONTRACT_VERIFIER, Role.FINANCE, Role.AUDITOR, Role.SUBSIDY_FIRST_REVIEWER,
        Role.SUBSIDY_REVIEWER, Role.SUBSIDY_APPROVER,
    }
)  # fmt: skip
_POLICY = frozenset({Role.POLICY_MANAGER})
_ANNOUNCERS = frozenset({Role.SYSTEM_ADMIN, Role.POLICY_MANAGER, Role.PUBLISHER})
_SUBSIDY_STAFF = frozenset(
    {
        Role.POLICY_MANAGER, Role.SUBSIDY_FIRST_REVIEWER, Role.SUBSIDY_REVIEWER, Role.SUBSIDY_APPROVER,
        Role.PUBLISHER, Role.FINANCE, Role.AUDITOR,
    }
)  # fmt: skip
_LISTING_READERS = {
    "achievement": frozenset({Role.ACHIEVEMENT_REVIEWER, Role.AUDITOR}),
    "demand": frozenset({Role.DEMAND_REVIEWER, Role.AUDITOR}),
}
_OWNERS = frozenset({"university", "enterprise", "broker"})
_LISTING_REVIEWERS = frozenset({Role.ACHIEVEMENT_REVIEWER, Role.DEMAND_REVIEWER})

RULES: Mapping[Permission, Rule] = {
    Permission.WORK_IN_ORGANISATION: Rule(member=True),
    Permission.EDIT_ORGANISATION: Rule(own=True, manager=True),
    Permission.MANAGE_MEMBERS: Rule(own=True, manager=True),
    Permission.CREATE_LISTING: Rule(member=True, kinds=_OWNERS),
    Permission.EDIT_LISTING: Rule(own=True, kinds=_OWNERS),
    Permission.READ_LISTING: Rule(own=True, roles_by_kind=_LISTING_READERS),
    Permission.ASK_ABOUT_LISTING: Rule(member=True, verified=True, never_own=True, kinds=_OWNERS),
    Permission.JUDGE_MATCH: Rule(party=True, verified=True, kinds=_OWNERS),
    Permission.READ_INQUIRY: Rule(party=True, roles=_LISTING_REVIEWERS | {Role.AUDITOR}),
    Permission.HANDLE_INQUIRY: Rule(party=True, verified=True, kinds=_OWNERS),
    Permission.NEGOTIATE: Rule(party=True, verified=True, kinds=_OWNERS),
    Permission.READ_NEGOTIATION: Rule(party=True, roles=frozenset({Role.AUDITOR})),
    Permission.WORK_AS_BROKER: Rule(own=True, verified=True, kinds=frozenset({"broker"})),
    Permission.CREATE_CONTRACT: Rule(member=True, verified=True, kinds=_OWNERS),
    Permission.EDIT_CONTRACT: Rule(own=True, verified=True, kinds=_OWNERS),
    Permission.HANDLE_CONTRACT: Rule(party=True, verified=True, kinds=_OWNERS),
    Permission.READ_CONTRACT: Rule(party=True, roles=_CONTRACT_READERS),
    Permission.APPLY_SUBSIDY: Rule(own=True, verified=True, kinds=frozenset({"enterprise"})),
    Permission.READ_CASE: Rule(own=True, roles=_SUBSIDY_STAFF | OUTSIDE_ROLES),
    Permission.VERIFY_ORGANISATION: Rule(roles=_ADMIN, never_own=True),
    Permission.READ_ORGANISATIONS: Rule(roles=_READERS),
    Permission.REVIEW: Rule(roles_by_kind=REVIEWERS, never_own=True),
    Permission.CHECK_REGISTRATION: Rule(roles=REVIEWERS["contract_check"], never_own=True),
    Permission.SEE_REVIEW_DESK: Rule(roles=_REVIEW_DESK),
    Permission.ASSIGN_REVIEW: Rule(roles_by_kind=REVIEWERS, never_own=True),
    Permission.READ_REVIEW: Rule(
        roles_by_kind={kind: roles | {Role.AUDITOR} for kind, roles in REVIEWERS.items()}
    ),
    Permission.GRANT_ROLES: Rule(roles=_ADMIN),
    Permission.READ_GRANTS: Rule(roles=_READERS),
    Permission.READ_PEOPLE: Rule(roles=_READERS),
    Permission.MANAGE_PEOPLE: Rule(roles=_ADMIN, makers_excluded=True),
    Permission.CHANGE_SETTINGS: Rule(roles=_ADMIN | {Role.POLICY_MANAGER}),
    Permission.CONFIRM_SETTINGS: Rule(roles=_ADMIN | {Role.POLICY_MANAGER}, makers_excluded=True),
    Permission.READ_SETTINGS: Rule(roles=_READERS | {Role.POLICY_MANAGER}),
    Permission.RUN_JOBS: Rule(roles=_ADMIN),
    Permission.EDIT_KNOWLEDGE: Rule(roles=_ADMIN),
    Permission.OVERSEE_INQUIRIES: Rule(roles=_LISTING_REVIEWERS),
    Permission.READ_OPERATIONS: Rule(roles=_READERS),
    Permission.READ_AUDIT: Rule(roles=_READERS),
    Permission.EXPORT_LEDGERS: Rule(roles=_READERS),
    Permission.READ_CONTRACTS: Rule(roles=_CONTRACT_READERS),
    Permission.IMPORT_CONTRACTS: Rule(roles=frozenset({Role.CONTRACT_REGISTRAR})),
    Permission.SET_TARGETS: Rule(roles=frozenset({Role.POLICY_MANAGER})),
    Permission.CHANGE_POLICY: Rule(roles=_POLICY),
    Permission.CONFIRM_POLICY: Rule(roles=_POLICY | {Role.SUBSIDY_APPROVER}, makers_excluded=True),
    Permission.READ_POLICIES: Rule(roles=_SUBSIDY_STAFF),
    Permission.WRITE_ANNOUNCEMENT: Rule(roles=_ANNOUNCERS),
    Permission.PUBLISH_ANNOUNCEMENT: Rule(roles=_ANNOUNCERS, makers_excluded=True),
    Permission.MANAGE_BATCHES: Rule(roles=_POLICY | {Role.SUBSIDY_REVIEWER}),
    Permission.READ_CASES: Rule(roles=_SUBSIDY_STAFF),
    Permission.FIX_GRANT: Rule(roles=frozenset({Role.SUBSIDY_REVIEWER}), never_own=True),
    Permission.PUBLISH_GRANT: Rule(roles=frozenset({Role.PUBLISHER}), never_own=True),
    Permission.APPROVE_GRANT: Rule(roles=frozenset({Role.SUBSIDY_APPROVER}), never_own=True),
    Permission.PAY_GRANT: Rule(roles=frozenset({Role.FINANCE}), never_own=True),
    Permission.GIVE_OPINION: Rule(roles=OUTSIDE_ROLES, never_own=True),
    Permission.RUN_BY_ITSELF: Rule(system=True),
}


def _belongs(actor: Actor, subject: Subject | None) -> bool:
    return (
        subject is not None
        and actor.organisation_id is not None
        and actor.organisation_id == subject.organisation_id
    )


def _is_concerned(actor: Actor, subject: Subject | None) -> bool:
    return _belongs(actor, subject) or (subject is not None and actor.organisation_id in subject.parties)


def _is_own_matter(actor: Actor, rule: Rule, subject: Subject) -> bool:
    made = actor.person_id in subject.makers
    return (rule.never_own and (made or _is_concerned(actor, subject))) or (rule.makers_excluded and made)


def may(actor: Actor, permission: Permission, subject: Subject | None = None) -> bool:
    """Return whether ``actor`` holds ``permission``, for ``subject`` where the rule speaks of one.

    Without a subject the relation to one cannot be refused yet: only the actor's own side is checked, so that
    a menu or a route may ask; ``require`` with the subject decides before anything is done.
    """
    rule = RULES.get(permission)
    if rule is None:
        return False
    if rule.system:
        return actor.is_system
    if not actor.signed_in:
        return False
    if subject is not None and _is_own_matter(actor, rule, subject):
        return False
    return _by_role(actor, rule, subject) or _by_membership(actor, rule, subject)


def _by_role(actor: Actor, rule: Rule, subject: Subject | None) -> bool:
    wanted = set(rule.roles)
    if rule.roles_by_kind:
        kinds: Iterable[str] = [subject.kind] if subject is not None else rule.roles_by_kind
        for kind in kinds:
            wanted |= rule.roles_by_kind.get(kind, frozenset())
    return any(
        grant.role in wanted
        and (grant.scope is None or subject is None or grant.scope == subject.scope)
        and (grant.role not in OUTSIDE_ROLES or subject is None or actor.person_id in subject.assigned)
        for grant in actor.grants
    )


def _by_membership(actor: Actor, rule: Rule, subject: Subject | None) -> bool:
    if not (rule.own or rule.party or rule.member) or actor.organisation_id is None:
        return False
    if rule.own and subject is not None and not _belongs(actor, subject):
        return False
    if rule.party and subject is not None and not _is_concerned(actor, subject):
        return False
    if rule.manager and not actor.is_manager:
        return False
    if rule.verified and not actor.organisation_verified:
        return False
    return not rule.kinds or actor.organisation_kind in rule.kinds


def require(actor: Actor, permission: Permission, subject: Subject | None = None) -> None:
    """Raise NotAllowed unless ``may``."""
    if not may(actor, permission, subject):
        if subject is not None and _is_own_matter(actor, RULES[permission], subject):
            raise NotAllowed(
                N_("不能办理本单位或本人提交的事项，也不能复核本人经办的事项，请由其他人员办理"),
                code="own_matter",
            )
        raise NotAllowed()


class Audience(StrEnum):
    """For whom a text is meant, from everybody to the authority. The index keeps one text for each."""

    PUBLIC = "public"
    VERIFIED = "verified"
    ADMIN = "admin"


class Shown(StrEnum):
    """How much of a demand an audience sees."""

    NOTHING = "nothing"
    PUBLIC_TEXT = "public_text"
    FULL_TEXT = "full_text"


DISCLOSURE_TABLE: Mapping[str, Mapping[Audience, Shown]] = {
    "public": dict.fromkeys(Audience, Shown.FULL_TEXT),
    "anonymous": {
        Audience.PUBLIC: Shown.PUBLIC_TEXT,
        Audience.VERIFIED: Shown.FULL_TEXT,
        Audience.ADMIN: Shown.FULL_TEXT,
    },
    "verified": {
        Audience.PUBLIC: Shown.NOTHING,
        Audience.VERIFIED: Shown.FULL_TEXT,
        Audience.ADMIN: Shown.FULL_TEXT,
    },
    "admin": {
        Audience.PUBLIC: Shown.NOTHING,
        Audience.VERIFIED: Shown.NOTHING,
        Audience.ADMIN: Shown.FULL_TEXT,
    },
}
"""公开范围 of a demand (docs/domain.md §3): what each audience sees. SQL, index, pages and mail all ask this table.

匿名公开: the public reads the public text without the organisation; verified organisations read all of it."""


def audience_of(actor: Actor) -> Audience:
    """Return the audience an actor reads as, beyond what is their own organisation's."""
    if actor.roles & {Role.DEMAND_REVIEWER, Role.AUDITOR}:
        return Audience.ADMIN
    return Audience.VERIFIED if actor.organisation_verified else Audience.PUBLIC


def text_shown(disclosure: str, audience: Audience) -> Shown:
    """Return how much of a demand with ``disclosure`` an audience sees; unknown shows nothing."""
    return DISCLOSURE_TABLE.get(disclosure, {}).get(audience, Shown.NOTHING)


def disclosures_showing(audience: Audience, *amounts: Shown) -> frozenset[str]:
    """Return the disclosures under which ``audience`` sees one of ``amounts``: the same table, for SQL."""
    return frozenset(code for code, row in DISCLOSURE_TABLE.items() if row[audience] in amounts)


FILE_AUDIENCES: Mapping[str, frozenset[Audience]] = {
    "public": frozenset(Audience),
    "verified": frozenset({Audience.VERIFIED, Audience.ADMIN}),
    "parties": frozenset(),
}
"""Who may open a file of a level. ``parties`` is for the owner and its reviewers; a thread between two organisations
opens such files to the other side (services/matching/inquiries/exchange.py)."""
