"""政策: what everybody may read of the clauses, their versions in words, and when one may apply."""

from flask import Blueprint, render_template

from marketplace.domain.access import Permission, may
from marketplace.domain.states import POLICY_VERSION
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.models.subsidy import PolicyVersion
from marketplace.services.subsidy import policies
from marketplace.services.subsidy.registers import batches, versions
from marketplace.web.guards import actor, public
from marketplace.web.subsidy.wording import (
    SAYS,
    changes,
    cite,
    parameter_rows,
    parameter_words,
    window_words,
)

blueprint = Blueprint("policies", __name__, url_prefix="/policies")
blueprint.add_app_template_global(cite, "cite")
blueprint.add_app_template_global(parameter_words, "parameter_words")
blueprint.add_app_template_global(window_words, "window_words")


@blueprint.get("")
@public
def index() -> str:
    """Show each clause with the version in force, the ones before it, and the windows that are open or coming."""
    sections = []
    for clause in CLAUSES.values():
        readable = [
            row for row in versions.all_versions(actor(), clause.code) if row.state in versions.PUBLIC_STATES
        ]
        now = policies.for_estimates(clause.code)
        effective = [row for row in readable if row.state == "effective"]
        sections.append(
            {
                "clause": clause,
                "now": now,
                "others": [row for row in readable if row is not now],
                "open": [batch for row in effective for batch in batches.open_now(row)],
                "coming": [batch for row in effective if (batch := batches.next_window(row))],
            }
        )
    return render_template(
        "policies/index.html",
        sections=sections,
        states=POLICY_VERSION.states,
        batch_state=batches.state_of,
    )


@blueprint.get("/<int:version_id>")
@public
def detail(version_id: int) -> str:
    """Show one version: its text, every parameter in words, its windows, and how it differs from the one before."""
    version = versions.get(actor(), version_id)
    before = _before(version)
    return render_template(
        "policies/detail.html",
        version=version,
        clause=CLAUSES[version.clause],
        state=POLICY_VERSION.states[version.state],
        says=SAYS,
        rows=parameter_rows(version),
        before=before,
        changes=changes(version.clause, versions.compare(before, version)) if before else [],
        versions=versions.all_versions(actor(), version.clause),
        states=POLICY_VERSION.states,
        batches=[row for row in batches.everything() if row.policy_version_id == version.id],
        batch_state=batches.state_of,
        works_with=may(actor(), Permission.READ_POLICIES),
    )


def _before(version: PolicyVersion) -> PolicyVersion | None:
    """Return the version before, as far as the reader may know it."""
    older = [row for row in versions.all_versions(actor(), version.clause) if row.ordinal < version.ordinal]
    return older[0] if older else None
