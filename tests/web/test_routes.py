"""Every route × every role by real requests, against a table written by hand and not read from the code.

A new route fails here until somebody writes down who may enter it.
"""

from datetime import timedelta

import pytest
from flask import url_for

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.extensions import db
from marketplace.models.people import Invitation
from marketplace.models.platform import Job, Notice, OutboxMessage, SettingValue
from marketplace.services.platform import reviews
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.web.catalogue.entrances import MAY_ENTER_KEPT
from tests.web.catalogue.quality.entrances import MAY_ENTER_QUALITY
from tests.web.matching.entrances import MAY_ENTER_MATCHING
from tests.web.subsidy.entrances import MAY_ENTER_SUBSIDY

ROLES = {str(role) for role in Role}
PERSONAS = sorted({"visitor", "agent", "manager", "stranger"} | ROLES)
ALL = frozenset(PERSONAS)
SIGNED_IN = ALL - {"visitor"}
OWNERS = frozenset({"agent", "manager"})
TRADERS = OWNERS | {"stranger"}
MANAGERS = frozenset({"manager", "stranger"})
ADMIN = frozenset({"system_admin"})
READERS = ADMIN | {"auditor"}
SETTERS = ADMIN | {"policy_manager"}
ANNOUNCERS = SETTERS | {"publisher"}
DESK = READERS | {
    "achievement_reviewer", "demand_reviewer", "contract_registrar", "contract_verifier", "finance",
}  # fmt: skip
CONTRACT_READERS = frozenset(
    {
        "contract_registrar", "contract_verifier", "finance", "auditor", "subsidy_first_reviewer",
        "subsidy_reviewer", "subsidy_approver",
    }
)  # fmt: skip
SUBSIDY_STAFF = frozenset(
    {
        "policy_manager", "subsidy_first_reviewer", "subsidy_reviewer", "subsidy_approver", "publisher", "finance",
        "auditor",
    }
)  # fmt: skip
DESK |= {
    "contract_registrar", "contract_verifier", "finance", "subsidy_first_reviewer", "subsidy_reviewer",
    "subsidy_approver",
}  # fmt: skip
JUDGES = frozenset({"achievement_reviewer", "auditor"})
INSPECTED = frozenset({"visitor", "manager", "system_admin"})
"""Personas whose pages are also read by the inspector: between them they open every kind of page."""
SOME = None
"""Open to whoever the subject concerns; the tests of that page say who."""

MAY_ENTER = (
    {
        "account.index": SIGNED_IN,
        "account.close": SIGNED_IN,
        "account.agree": SIGNED_IN,
        "account.details": SIGNED_IN,
        "account.password": SIGNED_IN,
        "achievements.index": ALL,
        "achievements.detail": ALL,
        "admin.index": DESK | SETTERS,
        "announcements.index": ALL,
        "announcements.detail": SOME,
        "announcements.feed": ALL,
        "announcement_desk.index": ANNOUNCERS,
        "announcement_desk.new": ANNOUNCERS,
        "announcement_desk.detail": SOME,
        "announcement_desk.edit": SOME,
        "announcement_desk.add_file": SOME,
        "announcement_desk.remove_file": SOME,
        "announcement_desk.copy": SOME,
        "announcement_desk.pin": SOME,
        "announcement_desk.move": SOME,
        "audit.index": READERS,
        "settings.calendar": READERS | SETTERS,
        "settings.change_days": SETTERS,
        "billing_accounts.check": TRADERS,
        "billing_accounts.enter": MANAGERS,
        "billing_accounts.index": TRADERS,
        "billing_accounts.remove": MANAGERS,
        "checkouts.abandon": SOME,
        "checkouts.begin": SOME,
        "checkouts.check": SOME,
        "checkouts.connect": SOME,
        "checkouts.detail": SOME,
        "checkouts.give_back": SOME,
        "confirmations.answer": SOME,
        "confirmations.show": SOME,
        "contract_acts.act": SOME,
        "contract_acts.adopt_signed": SOME,
        "contract_acts.agree": SOME,
        "contract_acts.copy": SOME,
        "contract_acts.decline": SOME,
        "contract_acts.disclose": SOME,
        "contract_acts.offer": SOME,
        "contract_acts.resend": SOME,
        "contract_acts.submit": SOME,
        "contract_acts.void": SOME,
        "contract_papers.add_file": SOME,
        "contract_papers.certificate": SOME,
        "contract_papers.remove_file": SOME,
        "contract_papers.show": SOME,
        "contract_papers.sign": SOME,
        "contract_steps.preview": SOME,
        "contract_steps.save": SOME,
        "contract_steps.step": SOME,
        "contract_changes.add_file": SOME,
        "contract_changes.assign": SOME,
        "contract_changes.check": SOME,
        "contract_changes.decide": SOME,
        "contract_changes.detail": SOME,
        "contract_changes.edit": SOME,
        "contract_changes.new": SOME,
        "contract_changes.remove_file": SOME,
        "contract_changes.withdraw": SOME,
        "price_objections.decide": SOME,
        "price_objections.show": SOME,
        "price_publications.detail": SOME,
        "price_publications.index": ALL,
        "price_publications.object_to": SOME,
        "price_publications.start": SOME,
        "price_publications.withdraw": SOME,
        "registration.assign": SOME,
        "registration.decide": SOME,
        "registration.number": SOME,
        "registration.refuse": SOME,
        "registration.register": SOME,
        "registration.revoke": SOME,
        "registration.send_back": SOME,
        "registration.show": SOME,
        "registry_public.index": ALL,
        "registry_public.verified": SOME,
        "registry_public.verify": ALL,
        "contracts.changes": SOME,
        "contracts.claim": SOME,
        "contracts.create": TRADERS,
        "contracts.detail": SOME,
        "contracts.index": TRADERS,
        "contracts.link": TRADERS,
        "contracts.new": TRADERS,
        "demands.index": ALL,
        "demands.detail": ALL,
        "desk.index": SIGNED_IN,
        "fact_sheets.show": ALL,
        "fact_sheets.pdf": ALL,
        "files.download": SOME,
        "gaps.index": ALL,
        "gaps.watch": TRADERS,
        "grants.index": READERS,
        "grants.new": ADMIN,
        "grants.revoke": ADMIN,
        "health.check": ALL,
        "help.index": ALL,
        "help.matter": ALL,
        "home.index": ALL,
        "home.about": ALL,
        "home.elder": ALL,
        "home.search": ALL,
        "invitations.accept": ALL,
        "admin.ledger_list": READERS | CONTRACT_READERS | SUBSIDY_STAFF,
        "admin.export_ledger": READERS,
        "legal.document": ALL,
        "members.index": SIGNED_IN,
        "members.hand_over": {"manager"},
        "members.remove": {"manager"},
        "members.resend": {"manager"},
        "members.revoke": {"manager"},
        "members.invite": MANAGERS,
        "members.leave": SIGNED_IN,
        "notices.index": SIGNED_IN,
        "notices.open_notice": {"agent"},
        "notices.preferences": SIGNED_IN,
        "notices.read_all": SIGNED_IN,
        "operations.retry_topic": ADMIN,
        "operations.index": READERS,
        "operations.jobs": READERS,
        "operations.start": READERS,
        "operations.job": READERS,
        "operations.retry_job": ADMIN,
        "operations.mails": READERS,
        "operations.outbox": READERS,
        "operations.retry_message": ADMIN,
        "organisation.index": SIGNED_IN,
        "organisation.edit": MANAGERS,
        "organisation.withdraw": MANAGERS,
        "organisations.index": ALL,
        "organisations.detail": ALL,
        "papers.pdf": SOME,
        "papers.show": SOME,
        "regions.below": ALL,
        "registry.index": READERS,
        "batch_acts.act": ADMIN,
        "letters.show": SOME,
        "people.index": READERS,
        "city_lists.index": READERS | SETTERS,
        "city_lists.change": SETTERS,
        "plan.index": ALL,
        "people.detail": READERS,
        "people.move": ADMIN,
        "registry.detail": READERS,
        "registry.invite": ADMIN,
        "registry.move": ADMIN,
        "resets.start": ALL,
        "resets.use": ALL,
        "resets.asked": ALL,
        "absences.index": DESK,
        "absences.end": SOME,
        "reviews.index": DESK,
        "reviews.task": JUDGES,
        "reviews.decide": JUDGES,
        "reviews.assign": JUDGES,
        "reviews.batch": DESK,
        "sessions.login": ALL,
        "sessions.logout": ALL,
        "sessions.reauthenticate": SIGNED_IN,
        "settings.index": READERS | SETTERS,
        "settings.detail": READERS | SETTERS,
        "settings.change": SETTERS,
        "settings.decide": SETTERS,
        "invoices.cancel": SOME,
        "invoices.explain": SOME,
        "invoices.new": SOME,
        "payment_evidences.add": SOME,
        "payment_evidences.exclude": SOME,
        "payment_evidences.withdraw": SOME,
        "payments.correct": SOME,
        "payments.detail": SOME,
        "payments.index": SOME,
        "payments.new": SOME,
        "payments.withdraw": SOME,
        "refunds.new": SOME,
        "refunds.of_payment": SOME,
        "payment_ledger.index": CONTRACT_READERS,
        "contract_import.index": {"contract_registrar"},
        "contract_import.check": {"contract_registrar"},
        "contract_import.report": SOME,
        "contract_import.start": SOME,
        "contract_import.template": {"contract_registrar"},
        "contract_ledger.index": CONTRACT_READERS,
        "targets.index": CONTRACT_READERS | {"policy_manager"},
        "targets.new": {"policy_manager"},
        "turnover.index": ALL,
        "turnover.download": ALL,
        "signup.start": ALL,
        "signup.check": ALL,
        "signup.done": SIGNED_IN,
        "signup.known": ALL,
        "signup.organisation": ALL,
        "signup.person": ALL,
        "robots.robots": ALL,
        "robots.index": ALL,
        "robots.pages": ALL,
        "robots.part": ALL,
        "share_pictures.site": ALL,
        "share_pictures.listing": ALL,
        "share_pictures.code": ALL,
        "stripe_webhook.receive": SOME,
        "watches.ask": SOME,
        "watches.choose": OWNERS,
        "watches.index": TRADERS,
        "watches.mute": SOME,
    }
    | MAY_ENTER_SUBSIDY
    | MAY_ENTER_MATCHING
    | MAY_ENTER_KEPT
    | MAY_ENTER_QUALITY
)


@pytest.fixture
def people(session):
    """One person for each persona; agent and manager own what the routes speak of."""
    owner = make.make_organisation("university", name="淮北试验研究院")
    found = {
        "agent": make.make_person(owner, "agent"),
        "manager": make.make_person(owner, "manager"),
        "stranger": make.make_person(make.make_organisation("enterprise"), "manager"),
    }
    authority = make.make_organisation("authority")
    found.update({str(role): make.make_staff(role, authority=authority) for role in Role})
    return found


@pytest.fixture
def places(people):
    """Values for the parts of addresses: real things of the owner, so that a refusal is a refusal."""
    public = make.make_published(people["agent"], reviewer=people["achievement_reviewer"])
    demand = make.make_published(people["agent"], "demand", reviewer=people["demand_reviewer"])
    draft = make.make_draft(people["agent"], title="双极板冲压成形工艺")
    task = make.make_submitted(people["agent"], title="冷链蓄冷剂配方")
    with unit_of_work():
        job = Job(kind="reindex", params={})
        invitation = Invitation(
            organisation_id=public.organisation_id,
            email="guest@example.com",
            name="客",
            position="agent",
            token_digest="0" * 64,
            expires_at=clock.now() + timedelta(days=1),
            invited_by=people["manager"].id,
        )
        notice = Notice(
            person_id=people["agent"].id,
            kind="listing_approved",
            subject_kind="my_listing",
            subject_id=public.id,
            params={"title": "某"},
        )
        message = OutboxMessage(topic="mail", payload={}, state="failed")
        value = SettingValue(
            key="session.staff_idle_minutes", value=40, valid_from=clock.today(), state="proposed"
        )
        db.session.add_all([job, invitation, notice, message, value])
        db.session.flush()
        grant_id = make.grant_of(people["finance"]).id
        ids = {
            "job_id": job.id,
            "invitation_id": invitation.id,
            "notice_id": notice.id,
            "message_id": message.id,
            "row_id": value.id,
        }
    open_task = reviews.open_task_for("revision", task.revisions[-1].id)
    return {
        **ids,
        "listing_id": public.id,
        "draft_id": draft.id,
        "demand_id": demand.id,
        "achievement_id": public.id,
        "task_id": open_task.id,
        "grant_id": grant_id,
        "organisation_id": public.organisation_id,
        "person_id": people["agent"].id,
        "payment_id": 1,
        "examination_id": 1,
        "allocation_id": 1,
        "evidence_id": 1,
        "invoice_id": 1,
        "traded_id": 1,
        "position": 1,
        "number": 1,
        "checkout_id": 1,
        "contract_id": 1,
        "public_code": "x" * 16,
        "objection_id": 1,
        "publication_id": 1,
        "change_id": 1,
        "publicity_id": 1,
        "announcement_id": 1,
        "correction_id": 1,
        "sheet_id": 1,
        "recovery_id": 1,
        "link_id": 1,
        "letter_id": 1,
        "topic": "mail",
        "token": "x" * 43,
        "code": "340000",
        "kind": "achievement",
        "key": "basics",
        "name": "agreement",
        "slug": "join",
        "action": "unlist",
        "filename": "css/base.css",
        "year": 2026,
        "clause": "high_tech",
        "table": "achievement",
        "form": "xlsx",
        "source": "achievements",
        "case_id": 1,
    }


SPECIAL = {
    "demands.detail": {"listing_id": "demand_id"},
    "matches.of_demand": {"listing_id": "demand_id"},
    "editing.step": {"listing_id": "draft_id"},
    "editing.save": {"listing_id": "draft_id"},
    "editing.add_file": {"listing_id": "draft_id"},
    "editing.remove_file": {"listing_id": "draft_id"},
    "editing.submit": {"listing_id": "draft_id"},
    "my_listings.discard": {"listing_id": "draft_id"},
    "quality.look": {"listing_id": "draft_id"},
}
FIXED = {
    "settings.detail": {"key": "listing.months_valid"},
    "settings.change": {"key": "listing.months_valid"},
    "admin.export_ledger": {"name": "organisations"},
    "registry.move": {"action": "suspend"},
    "city_lists.change": {"key": "list.future_industry"},
    "people.move": {"action": "suspend"},
    "batch_acts.act": {"kind": "person"},
    "concepts.edit": {"key": "06:新能源:氢能燃料电池"},
    "concepts.retire": {"key": "06:新能源:氢能燃料电池"},
    "search_words.edit": {"kind": "alias", "word": "甬桥"},
    "search_words.retire": {"kind": "alias", "word": "甬桥"},
}


def routes(app):
    """Yield (endpoint, method, argument names) of every route but the static files."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield rule.endpoint, method, rule.arguments


def address(app, places, endpoint, arguments):
    """Return the address of a route with the owner's things in it."""
    values = {name: places[SPECIAL.get(endpoint, {}).get(name, name)] for name in arguments}
    values.update(FIXED.get(endpoint, {}))
    with app.test_request_context():
        return url_for(endpoint, **values)


def test_every_route_has_somebody_written_down(app):
    assert {endpoint for endpoint, _, _ in routes(app)} == set(MAY_ENTER)


@pytest.mark.parametrize("persona", PERSONAS)
def test_who_enters_and_who_does_not(app, login, client, people, places, persona):
    client.inspecting = persona in INSPECTED
    if persona != "visitor":
        login(people[persona])
    for endpoint, method, arguments in routes(app):
        allowed = MAY_ENTER[endpoint]
        welcome = allowed is SOME or persona in allowed
        if allowed is SOME or (welcome and method == "POST"):
            continue  # what an allowed POST does is the business of that page's own tests
        sent = client.open(address(app, places, endpoint, arguments), method=method)
        to_login = sent.status_code == 302 and sent.headers["Location"].startswith("/login")
        shut_out = to_login or sent.status_code in (403, 404)
        told = f"{persona} {method} {endpoint} answered {sent.status_code}"
        if endpoint in ("invitations.accept", "resets.use") and sent.status_code == 404:
            continue  # the link in this test is worn out for everybody
        assert shut_out is not welcome, told
        assert sent.status_code != 500, told
