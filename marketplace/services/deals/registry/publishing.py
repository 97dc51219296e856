"""协议定价公示 from its start to its end: shown for the set days, objected to, decided, finished."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Subject
from marketplace.domain.errors import (
    Conflict,
    DomainError,
    FieldError,
    NotAllowed,
    NotFound,
    ValidationFailed,
)
from marketplace.domain.identifiers import parse_email, parse_phone
from marketplace.domain.states import PRICE_OBJECTION, PRICE_PUBLICATION
from marketplace.domain.text import N_, clean_line, clean_text
from marketplace.extensions import db
from marketplace.models.deals import Contract, PriceObjection, PricePublication
from marketplace.models.people import Organisation
from marketplace.models.platform import ReviewTask
from marketplace.services import workflow
from marketplace.services.deals import contracts
from marketplace.services.platform import audit, deadlines, notices, reviews
from marketplace.services.unit import unit_of_work

BEFORE_SIGNING = frozenset({"draft", "offered", "confirmed", "returned"})
"""States of a contract whose price can still be published."""
SHOWN = ("open", "finished", "halted")
"""States of publications that the public list shows; a withdrawn one stays readable at its address."""
CHUNK = 200


def subject_of(publication: PricePublication) -> Subject:
    """Return what the rules need to know of a publication: its institution's, and the contract's other parties."""
    whole = contracts.subject_of(publication.contract)
    return Subject("price_publication", organisation_id=publication.organisation_id, parties=whole.parties)


def of_contract(contract_id: int) -> Sequence[PricePublication]:
    """Return the publications of a contract, newest first."""
    query = select(PricePublication).where(PricePublication.contract_id == contract_id)
    return db.session.scalars(query.order_by(PricePublication.id.desc())).unique().all()


def start(actor: Actor, contract_id: int, name: str) -> PricePublication:
    """Publish what is sold (``name``) and the contract's 成交额 from today, for the days of ``contract.price_days``.

    Only a seller, or who drafts the contract, may. Raises DomainError (field ``name``), Conflict while another
    publication runs, once the contract is signed, or while it has no amount. A second press changes nothing.
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    if not may_start(actor, contract):
        raise NotAllowed(N_("协议定价公示由卖方或起草合同的单位发起"))
    if contract.state not in BEFORE_SIGNING or contract.signed_on is not None:
        raise Conflict(N_("协议定价应在签订合同之前公示；这份合同已填写签订日期或已提交"), code="wrong_state")
    amount = contract.current.amount_fen if contract.current is not None else 0
    if amount <= 0:
        raise DomainError("no_price", N_("请先填写合同各项成果的成交额，公示的价格就是成交额"))
    title = clean_line(name)[:200]
    running = next((each for each in of_contract(contract.id) if each.state == "open"), None)
    if running is not None:
        if (running.created_by, running.name, running.price_fen) == (actor.person_id, title, amount):
            return running
        raise Conflict(N_("这份合同的价格正在公示"), code="published_already")
    if len(title) < 2:
        raise DomainError("name_missing", N_("请填写公示的成果名称"), field="name")
    publication = PricePublication(
        contract_id=contract.id,
        organisation_id=actor.organisation_id or 0,
        created_by=actor.person_id,
        name=title,
        price_fen=amount,
        starts_on=clock.today(),
        ends_on=deadlines.due("contract.price_days"),
    )
    db.session.add(publication)
    db.session.flush()
    audit.record(
        actor, "price_publication.create", "price_publication", publication.id,
        contract=contract.id, ends_on=publication.ends_on.isoformat(),
    )  # fmt: skip
    return publication


def may_start(actor: Actor, contract: Contract) -> bool:
    """Return whether the actor's organisation is a seller of the contract, or drafts it."""
    able = {party.organisation_id for party in contracts.sellers_of(contract)} | {contract.organisation_id}
    return actor.organisation_id is not None and actor.organisation_id in able


def get_own(actor: Actor, publication_id: int, lock: bool = False) -> PricePublication:
    """Return a publication of the actor's own organisation; NotFound otherwise."""
    publication = db.session.get(PricePublication, publication_id)
    if publication is None or publication.organisation_id != actor.organisation_id:
        raise NotFound()
    return _locked(publication) if lock else publication


def _locked(publication: PricePublication) -> PricePublication:
    query = select(PricePublication.id).where(PricePublication.id == publication.id).with_for_update()
    db.session.execute(query)
    db.session.refresh(publication)
    return publication


def withdraw(actor: Actor, publication_id: int, note: str) -> PricePublication:
    """Take a running publication back, with a reason that its page shows. A second press changes nothing."""
    publication = get_own(actor, publication_id, lock=True)
    if publication.state == "withdrawn":
        return publication
    if not clean_text(note):
        raise DomainError("reason_missing", N_("请填写撤回的原因，公示页会显示"), field="note")
    workflow.apply(PRICE_PUBLICATION, publication, "withdraw", actor, subject_of(publication), note=note)
    publication.state_note = clean_text(note)[:2000]
    return publication


def published(state: str = "") -> Select[PricePublication]:
    """Return the query of publications that the public sees, running ones first, then the newest."""
    wanted = [state] if state in SHOWN else list(SHOWN)
    running = (PricePublication.state == "open").desc()
    query = select(PricePublication).where(PricePublication.state.in_(wanted))
    return query.order_by(running, PricePublication.starts_on.desc(), PricePublication.id.desc())


def get_public(publication_id: int) -> PricePublication:
    """Return a publication for everybody; NotFound where there is none."""
    publication = db.session.get(PricePublication, publication_id)
    if publication is None:
        raise NotFound()
    return publication


def owners(publications: Sequence[PricePublication]) -> dict[int, str]:
    """Return id of an organisation → name, for those that published; one query."""
    ids = {each.organisation_id for each in publications}
    query = select(Organisation).where(Organisation.id.in_(ids))
    return {each.id: each.name for each in db.session.scalars(query)}


def takes_objections(publication: PricePublication) -> bool:
    """Return whether one may still object: the publication runs, its last day included."""
    return publication.state == "open" and publication.starts_on <= clock.today() <= publication.ends_on


def object_to(publication_id: int, name: str, contact: str, words: str) -> PriceObjection:
    """Keep an objection of anybody, and open a task for the registrar; names are never shown in public.

    The very same one sent twice is one objection.

    Raises ValidationFailed (``name``, ``contact``, ``claim``), Conflict once the publication is over.
    """
    publication = _locked(get_public(publication_id))
    if not takes_objections(publication):
        raise Conflict(N_("公示已经结束，不再接受异议；可向合同登记机构书面反映"), code="publication_over")
    name, contact, words = clean_line(name)[:60], clean_line(contact), clean_text(words)[:2000]
    faults = _objection_faults(name, contact, words)
    if faults:
        raise ValidationFailed(faults)
    said = {"publication_id": publication.id, "name": name, "contact": contact[:254], "words": words}
    before = db.session.scalar(select(PriceObjection).filter_by(**said, state="open").limit(1))
    if before is not None:
        return before
    row = PriceObjection(**said)
    db.session.add(row)
    db.session.flush()
    audit.record(SYSTEM, "price_objection.create", "price_objection", row.id, publication=publication.id)
    subject = subject_of(publication)
    reviews.open_task(
        "price_objection", "price_objection", row.id,
        db.session.get_one(Organisation, publication.organisation_id), publication.name, subject.parties,
    )  # fmt: skip
    _tell(publication, "price_objection_received")
    return row


def _objection_faults(name: str, contact: str, words: str) -> list[FieldError]:
    found = []
    if len(name) < 2:
        found.append(FieldError("name", "missing", N_("请填写您的姓名或单位名称")))
    parse = parse_email if "@" in contact else parse_phone
    try:
        parse(contact)
    except DomainError as fault:
        found.append(FieldError("contact", fault.code, fault.message, fault.params))
    if len(words) < 10:
        found.append(FieldError("claim", "short", N_("请写明异议的内容和理由，不少于10个字")))
    return found


def _tell(publication: PricePublication, kind: str) -> None:
    people = notices.members_of(publication.organisation_id)
    notices.notify(people, kind, "contract", publication.contract_id, title=publication.name)


def get_objection(actor: Actor, objection_id: int) -> tuple[PriceObjection, ReviewTask]:
    """Return an objection with its task, open or decided, for who may read the task; NotFound otherwise."""
    row = db.session.get(PriceObjection, objection_id)
    query = select(ReviewTask).where(
        ReviewTask.subject_kind == "price_objection", ReviewTask.subject_id == objection_id
    )
    task = db.session.scalar(query.order_by(ReviewTask.id.desc()).limit(1))
    if row is None or task is None:
        raise NotFound()
    return row, reviews.get_for(actor, task.id)


def decide(actor: Actor, objection_id: int, action: str, answer: str) -> PriceObjection:
    """Decide an objection: ``dismiss``, or ``uphold``, which halts the publication. The answer is kept with it.

    Raises DomainError (field ``answer``) without words, NotAllowed for people of a party, Conflict where somebody
    was faster; the same press twice is harmless.
    """
    row, task = get_objection(actor, objection_id)
    publication = _locked(row.publication)
    db.session.refresh(row)
    target = {"dismiss": "dismissed", "uphold": "upheld"}[action]
    if (row.state, row.decided_by) == (target, actor.person_id):
        return row
    words = check_answer(answer)
    subject = reviews.subject_of(task)
    PRICE_OBJECTION.decide(row.state, action, actor, subject)
    row.answer, row.decided_by, row.decided_at = words, actor.person_id, clock.now()
    workflow.apply(PRICE_OBJECTION, row, action, actor, subject, note=words)
    reviews.finish(actor, task, target, [], words, frozenset())
    if action == "uphold" and publication.state == "open":
        workflow.apply(PRICE_PUBLICATION, publication, "halt", SYSTEM, subject_of(publication))
        _tell(publication, "price_objection_upheld")
    elif action == "dismiss":
        _tell(publication, "price_objection_dismissed")
    return row


def check_answer(text: str) -> str:
    """Return the words of a decision cleaned; raises DomainError (field ``answer``) where there are none."""
    words = clean_text(text)[:2000]
    if not words:
        raise DomainError("reason_missing", N_("请写明处理意见"), field="answer")
    return words


def finish_due() -> int:
    """Finish every publication whose last day is over and against which nothing is open; return how many."""
    waiting = (
        select(func.count())
        .where(PriceObjection.publication_id == PricePublication.id, PriceObjection.state == "open")
        .correlate(PricePublication)
        .scalar_subquery()
    )
    over = PricePublication.state == "open", PricePublication.ends_on < clock.today(), waiting == 0
    due = list(
        db.session.scalars(
            select(PricePublication.id).where(*over).order_by(PricePublication.id).limit(CHUNK)
        )
    )
    db.session.rollback()
    if not due:
        return 0
    with unit_of_work():
        for publication_id in due:
            publication = _locked(db.session.get_one(PricePublication, publication_id))
            if publication.state == "open":
                workflow.apply(PRICE_PUBLICATION, publication, "finish", SYSTEM, subject_of(publication))
                _tell(publication, "price_publication_finished")
    return len(due)
