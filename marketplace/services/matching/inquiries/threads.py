"""A thread between who asks and who offers: whose side one is on, what may be done, and how it moves."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor, Permission, Subject, may
from marketplace.domain.errors import DomainError, NotFound
from marketplace.domain.matching.threads import (
    ASKER,
    AUTHORITY,
    BROKER,
    NOTE_LONGEST,
    OUTCOME_LABELS,
    OUTCOMES,
    OWNER,
)
from marketplace.domain.states import INQUIRY, Transition
from marketplace.domain.states.inquiries import OPEN_STATES, WAITING_STATES
from marketplace.domain.states.listings import SEARCHABLE_STATES
from marketplace.domain.text import N_, Words, clean_text
from marketplace.extensions import db
from marketplace.models.catalogue import Revision
from marketplace.models.matching import Inquiry
from marketplace.models.people import Organisation
from marketplace.services import workflow
from marketplace.services.platform import deadlines, notices


def side_of(actor: Actor, inquiry: Inquiry) -> str:
    """Return on whose side the actor stands: asker, owner, broker, authority, or '' for nobody's."""
    if actor.organisation_id is not None:
        sides = {
            inquiry.broker_id: BROKER,
            inquiry.organisation_id: ASKER,
            inquiry.listing.organisation_id: OWNER,
        }
        if actor.organisation_id in sides:
            return sides[actor.organisation_id]
    return AUTHORITY if may(actor, Permission.READ_INQUIRY, subject_of(inquiry)) else ""


def subject_of(inquiry: Inquiry, actor: Actor | None = None) -> Subject:
    """Return what the rules need to know of an inquiry: its parties, and on which side ``actor`` stands."""
    parties = {inquiry.organisation_id, inquiry.listing.organisation_id}
    facts = {"has_broker"} if inquiry.broker_id is not None else set()
    own = actor.organisation_id if actor is not None else None
    if own is not None and own in parties:
        facts |= {"is_side", "is_owner" if own == inquiry.listing.organisation_id else "is_asker"}
    if inquiry.broker_id is not None:
        parties.add(inquiry.broker_id)
    return Subject("inquiry", parties=frozenset(parties), facts=frozenset(facts))


def get(actor: Actor, inquiry_id: int, lock: bool = False) -> Inquiry:
    """Return an inquiry of the actor's organisation, or one that they oversee; NotFound for strangers.

    ``lock`` makes a second writer of the thread wait its turn.
    """
    inquiry = get_any(inquiry_id) if lock else db.session.get(Inquiry, inquiry_id)
    if inquiry is None or not side_of(actor, inquiry):
        raise NotFound()
    return inquiry


def get_any(inquiry_id: int) -> Inquiry:
    """Return an inquiry for what the site does by itself, locked; NotFound where there is none."""
    # Only the id is selected: PostgreSQL locks no row that stands on the far side of an outer join.
    db.session.execute(select(Inquiry.id).where(Inquiry.id == inquiry_id).with_for_update())
    inquiry = db.session.get(Inquiry, inquiry_id, populate_existing=True)
    if inquiry is None:
        raise NotFound()
    return inquiry


def reads_messages(actor: Actor, inquiry: Inquiry) -> bool:
    """Return whether the actor may read what was written: the sides always, the authority once it was raised."""
    side = side_of(actor, inquiry)
    return side != AUTHORITY or inquiry.raised_at is not None


def refusal(actor: Actor, inquiry: Inquiry) -> Words | None:
    """Return why the actor cannot write in the thread now; None where they can."""
    side = side_of(actor, inquiry)
    if inquiry.state not in OPEN_STATES:
        return Words(N_("询问已结束，只供查阅"))
    if side == AUTHORITY:
        return _refused_to_authority(actor, inquiry)
    if not actor.organisation_verified:
        return Words(N_("贵单位目前未通过认证或已暂停，可以查阅，暂不能留言"))
    away = [one for one in _both(inquiry) if one.id != actor.organisation_id and one.state != "verified"]
    if away:
        return Words(N_("对方单位的认证已暂停，暂不能留言；恢复后可以继续"))
    if inquiry.listing.state not in SEARCHABLE_STATES and inquiry.state != "negotiating":
        return Words(N_("所询问的内容已撤下或到期，不能再留言"))
    if not may(actor, Permission.HANDLE_INQUIRY, subject_of(inquiry)):
        return Words(N_("您只能查阅这条询问"))
    return None


def _refused_to_authority(actor: Actor, inquiry: Inquiry) -> Words | None:
    if inquiry.raised_at is None:
        return Words(N_("这条询问没有转到管理部门，只能看到概况"))
    if not may(actor, Permission.OVERSEE_INQUIRIES):
        return Words(N_("您只能查阅这条询问"))
    return None


def _both(inquiry: Inquiry) -> tuple[Organisation, Organisation]:
    return inquiry.organisation, inquiry.listing.organisation


def both_verified(inquiry: Inquiry) -> bool:
    """Return whether who asks and who offers are verified now."""
    return all(one.state == "verified" for one in _both(inquiry))


def available(actor: Actor, inquiry: Inquiry) -> dict[str, Transition]:
    """Return what the actor may do now, by action."""
    found = workflow.available_actions(INQUIRY, inquiry, actor, subject_of(inquiry, actor))
    return {transition.action: transition for transition in found}


def act(
    actor: Actor, inquiry: Inquiry, action: str, reasons: Iterable[str] = (), note: str = ""
) -> Transition | None:
    """Move an inquiry by an action of its table and tell whom it concerns; None for a late duplicate.

    ``close`` takes one code of OUTCOMES as its reason, with a note where it is ``other``. Raises as the table says.
    ``negotiate`` tells nobody: the negotiation does.
    """
    reasons, note = list(reasons), clean_text(note)
    if _done_before(inquiry, action):
        return None
    outcome = _outcome(action, reasons, note)
    with db.session.no_autoflush:
        # The state, and what the database asks to change with it, go in one UPDATE.
        INQUIRY.decide(inquiry.state, action, actor, subject_of(inquiry, actor))
        _settle_dates(inquiry, actor, action)
        if outcome:
            inquiry.outcome, inquiry.outcome_note, inquiry.closed_at = outcome, note, clock.now()
        transition = workflow.apply(
            INQUIRY, inquiry, action, actor, subject_of(inquiry, actor), reasons, note
        )
    _tell_closed(actor, inquiry, action)
    return transition


def _done_before(inquiry: Inquiry, action: str) -> bool:
    leads = {transition.target for (_, name), transition in INQUIRY.table.items() if name == action}
    return (inquiry.state, action) not in INQUIRY.table and inquiry.state in leads


def _outcome(action: str, reasons: list[str], note: str) -> str:
    if action in ("settle", "end"):
        return "signed" if action == "settle" else "gone"
    if action != "close":
        return ""
    if len(reasons) != 1 or reasons[0] not in OUTCOMES:
        raise DomainError("outcome", N_("请选择结果"), field="outcome")
    if reasons[0] == "other" and not note:
        raise DomainError("outcome_note", N_("选择“其他”时请写明情况"), field="note")
    if len(note) > NOTE_LONGEST:
        raise DomainError("note_long", N_("最多 %(limit)s 字"), field="note", limit=NOTE_LONGEST)
    return reasons[0]


def _settle_dates(inquiry: Inquiry, actor: Actor, action: str) -> None:
    """Set by when an answer is owed, and keep when the first one came; an owner who closes has answered."""
    answers = action == "answer" or (action in ("close", "negotiate") and side_of(actor, inquiry) == OWNER)
    if answers and inquiry.answered_at is None:
        inquiry.answered_at = clock.now()
        if inquiry.in_time is None:
            inquiry.in_time = inquiry.due_on is None or clock.today() <= inquiry.due_on
    if action in ("raise_broker", "raise_admin") and inquiry.answered_at is None:
        inquiry.in_time = False
    if action == "raise_admin":
        inquiry.raised_at = inquiry.raised_at or clock.now()
    if action == "ask":
        inquiry.due_on = deadlines.due("inquiry.answer_limit")
    elif action == "raise_broker":
        inquiry.due_on = deadlines.due("inquiry.raise_limit")
    elif INQUIRY.table[inquiry.state, action].target not in WAITING_STATES:
        inquiry.due_on = None
    if action not in ("raise_broker", "raise_admin"):
        inquiry.reminded_at = None


def names_of(inquiry: Inquiry) -> dict[int, str]:
    """Return the names of the organisations of a thread by id."""
    found = (*_both(inquiry), inquiry.broker)
    return {one.id: one.name for one in found if one is not None}


def title_of(inquiry: Inquiry) -> str:
    """Return the title of what was asked about, as it stood then."""
    revision = db.session.get(Revision, inquiry.revision_id)
    return revision.title if revision is not None else ""


def titles_of(inquiries: Collection[Inquiry]) -> dict[int, str]:
    """Return those titles by revision, in one query."""
    ids = {inquiry.revision_id for inquiry in inquiries}
    rows = db.session.execute(select(Revision.id, Revision.title).where(Revision.id.in_(ids)))
    return {row.id: row.title for row in rows}


def people_of(inquiry: Inquiry, *sides: str) -> set[int]:
    """Return the people who are now on these sides (default: who asks, who offers and the broker)."""
    organisations: dict[str, int | None] = {
        ASKER: inquiry.organisation_id,
        OWNER: inquiry.listing.organisation_id,
        BROKER: inquiry.broker_id,
    }
    wanted = [organisations[side] for side in sides or organisations]
    return {person for one in wanted if one is not None for person in notices.members_of(one)}


def tell(inquiry: Inquiry, people: Collection[int], kind: str, **params: Any) -> None:
    """Leave a notice of this thread."""
    letter: dict[str, Any] = {key: params.pop(key) for key in ("letter", "letter_params") if key in params}
    notices.notify(people, kind, "inquiry", inquiry.id, **letter, title=title_of(inquiry), **params)


def _tell_closed(actor: Actor, inquiry: Inquiry, action: str) -> None:
    if action not in ("close", "end"):
        return
    people = people_of(inquiry) - {actor.person_id or 0}
    tell(inquiry, people, "inquiry_closed", outcome=OUTCOME_LABELS[inquiry.outcome])
