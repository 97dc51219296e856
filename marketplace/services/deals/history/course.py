"""Who did what with a contract, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.domain.access import Actor
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.states import CONTRACT, State
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.deals import Confirmation, Contract, ContractVersion
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.services.deals import contracts
from marketplace.services.people import actors, organisations
from marketplace.services.platform import audit

_BESIDES = {
    "contract.create": N_("开始拟订"),
    "contract.copy": N_("复制为另一买方的合同"),
    "contract.sign": N_("填写签订日期 %(signed_on)s"),
    "contracts.import": N_("导入历史合同"),
}
"""What is told beside the transitions of the table."""

_SAME_ACT = timedelta(seconds=30)
"""What one transaction wrote bears nearly the same time."""

_BY_LINK = {
    "contract.agree": N_("确认合同内容（邮件链接）"),
    "contract.decline_by_link": N_("不同意，退回修改（邮件链接）"),
}


@dataclass(frozen=True)
class Event:
    """A line of the timeline, oldest first. ``state`` is where it led; ``who`` and ``organisation`` are names.

    ``reasons`` are msgids of coded reasons, ``note`` the words beside a decision.
    """

    at: datetime
    label: Words
    state: State
    who: str
    organisation: str
    reasons: Sequence[str] = ()
    note: str = ""


def timeline(actor: Actor, contract_id: int) -> list[Event]:
    """Return what happened to a contract the actor may read, oldest first, with decisions and their reasons."""
    contract = contracts.get_for(actor, contract_id)
    labels = {CONTRACT.audit_tag(each.action): each.label for each in CONTRACT.table.values()} | _BESIDES
    query = audit.events(subject_kind="contract", subject_id=contract.id).where(AuditEvent.tag.in_(labels))
    found = sorted(db.session.scalars(query), key=lambda event: event.id)
    telling = _Telling(contract, found)
    events: list[Event] = []
    state = CONTRACT.initial
    for event in found:
        state = event.details.get("to", state)
        events.append(telling.of(event, labels[event.tag], CONTRACT.states[state]))
    return events


class _Telling:
    """What turns audit events into lines: names, reviewers' words and what the parties said."""

    def __init__(self, contract: Contract, events: Sequence[AuditEvent]) -> None:
        self.contract = contract
        self.people = actors.names_of({each.actor_id for each in events if each.actor_id is not None})
        self.organisations = {
            number: organisations.get(number).name
            for number in sorted(
                {each.organisation_id for each in events if each.organisation_id is not None}
            )
        }
        self.tasks = list(
            db.session.scalars(
                select(ReviewTask)
                .where(
                    ReviewTask.subject_kind == "contract",
                    ReviewTask.subject_id == contract.id,
                    ReviewTask.state == "done",
                )
                .order_by(ReviewTask.id)
            )
        )
        self.said = list(
            db.session.scalars(
                select(Confirmation)
                .join(ContractVersion, ContractVersion.id == Confirmation.version_id)
                .where(ContractVersion.contract_id == contract.id, Confirmation.how != "signed_file")
                .order_by(Confirmation.id)
            )
        )
        self.told: set[int] = set()

    def of(self, event: AuditEvent, label: str, state: State) -> Event:
        """Return the line of one event."""
        who = self.people.get(event.actor_id or 0, "")
        organisation = self.organisations.get(event.organisation_id or 0, "")
        note, codes = "", list(event.details.get("reasons", ()))
        # The nearest: one person may return a contract and accept it again within the very minute.
        task = min(
            (each for each in self.tasks if self._same(each.decided_by, each.decided_at, event)),
            key=lambda each: abs(event.at - (each.decided_at or event.at)),
            default=None,
        )
        if task is not None:
            note, codes = task.note, codes or list(task.reasons)
        elif event.tag == "contract.void":
            note = self.contract.state_note
        words = self._answer(event)
        if words is not None:
            note = words.note
            if words.how == "link":
                who, organisation = words.typed_name, self._party(words)
                label = _BY_LINK.get(event.tag, label)
        params = {"signed_on": event.details.get("signed_on") or "—"} if "signed_on" in event.details else {}
        known = REASONS["contract"]
        return Event(
            event.at, Words(label, params), state, who, organisation, [known.get(each, each) for each in codes], note
        )  # fmt: skip

    @staticmethod
    def _same(person_id: int | None, at: datetime | None, event: AuditEvent) -> bool:
        return at is not None and person_id == event.actor_id and abs(event.at - at) < _SAME_ACT

    def _answer(self, event: AuditEvent) -> Confirmation | None:
        """Return the words that belong to an answer: each is told once, in the order in which it was said."""
        wanted = {"contract.agree": True, "contract.decline": False, "contract.decline_by_link": False}
        if event.tag not in wanted:
            return None
        for each in self.said:
            same = each.agreed == wanted[event.tag] and self._same(each.person_id, each.created_at, event)
            if same and each.id not in self.told:
                self.told.add(each.id)
                return each
        return None

    def _party(self, words: Confirmation) -> str:
        version = db.session.get_one(ContractVersion, words.version_id)
        return next((each.name for each in version.parties if each.position == words.position), "")
