"""Several cases at once: taken over or passed, each in a transaction of its own after a list to confirm."""

from collections.abc import Sequence

from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from marketplace.domain.text import N_, Words
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import reviews
from marketplace.services.subsidy import hindrances
from marketplace.services.subsidy.applying import evidence, materials
from marketplace.services.subsidy.reviewing import absences, checking, competence, deciding

MOST = 200
ACTIONS = {"take": N_("分派给我"), "pass": N_("通过")}


def candidates(actor: Actor, ids: Sequence[int]) -> list[tuple[SubsidyCase, Words | None]]:
    """Return cases under review that the actor may read, each with why it could not be passed now, or None."""
    found = []
    for case_id in dict.fromkeys(ids[:MOST]):
        try:
            case = competence.get_for(actor, case_id)
        except NotFound:
            continue
        found.append((case, why_not(actor, case)))
    return found


def why_not(actor: Actor, case: SubsidyCase) -> Words | None:
    """Return why a case cannot be passed by the actor now, with clause and version; None where nothing hinders it."""
    barred = competence.barred(actor, case)
    if barred is not None:
        return barred
    if case.state not in competence.REVIEWED_STATES:
        return Words(N_("不在审核环节"))
    left = checking.unchecked(materials.checklist(case, evidence.sum_of(case)))
    if left:
        names = "、".join(item.material.label for item in left)
        return Words(N_("还有材料没有核对：%(names)s"), {"names": names})
    found = hindrances.of(case, deciding.ACTIONS[case.state]["pass"], actor)
    return Words(hindrances.in_one_line(found[0])) if found else None


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
    absences.require_present(person_id)
    reviews.assign(actor, task, person_id)
