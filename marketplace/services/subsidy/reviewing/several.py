"""Several cases at once: taken over or passed, each in a transaction of its own after a list to confirm."""

from collections.abc import Sequence

from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.text import N_
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import reviews
from marketplace.services.subsidy.applying import evidence, materials
from marketplace.services.subsidy.reviewing import checking, competence, deciding

MOST = 200
ACTIONS = {"take": N_("分派给我"), "pass": N_("通过")}


def candidates(actor: Actor, ids: Sequence[int]) -> list[tuple[SubsidyCase, str]]:
    """Return cases under review that the actor may read, each with why it could not be passed now ("" where it can)."""
    found = []
    for case_id in dict.fromkeys(ids[:MOST]):
        try:
            case = competence.get_for(actor, case_id)
        except NotFound:
            continue
        found.append((case, why_not(actor, case)))
    return found


def why_not(actor: Actor, case: SubsidyCase) -> str:
    """Return why a case cannot be passed by the actor now, as a msgid; "" where nothing is in the way."""
    if case.state not in competence.REVIEWED_STATES:
        return N_("不在审核环节")
    if not competence.may_review(actor, case):
        return N_("须由他人办理")
    if checking.unchecked(materials.checklist(case, evidence.sum_of(case))):
        return N_("材料还没有逐项核对")
    return ""


def take(actor: Actor, case_id: int, action: str) -> None:
    """Do one of ACTIONS with one case; raises what that raises."""
    case = competence.get_for(actor, case_id)
    task = competence.task_of(case)
    if task is None:
        raise Conflict(N_("此事项已办结"))
    if action == "pass":
        deciding.decide(actor, case_id, "pass", deciding.Opinion(), task.id)
    elif action == "take":
        assign(actor, case_id, actor.person_id or 0)
    else:
        raise NotFound()


def assign(actor: Actor, case_id: int, person_id: int) -> None:
    """Give the open task of a case to somebody who may decide it. Raises DomainError (``assignee``), NotAllowed."""
    case = competence.get_for(actor, case_id, lock=True)
    task = competence.task_of(case)
    if task is None:
        raise Conflict(N_("此事项已办结"))
    if person_id not in {one.id for one in competence.colleagues(case, task)}:
        if person_id == actor.person_id:
            raise NotAllowed(N_("此事项须由他人办理"), code="own_matter")
        raise DomainError("not_a_reviewer", N_("此人不能审核这一事项，请另选他人"), field="assignee")
    reviews.assign(actor, task, person_id)
