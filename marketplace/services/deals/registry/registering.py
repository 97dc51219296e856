"""Registration: the certificate a party declares, and the act by which a contract is registered or struck off."""

from datetime import date

from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Permission, may, require
from marketplace.domain.deals import checks
from marketplace.domain.deals.numbers import mint, parse_contract_number
from marketplace.domain.deals.terms import is_exclusive
from marketplace.domain.errors import Conflict, DomainError, FieldError, ValidationFailed
from marketplace.domain.regions import CITY_PREFIX
from marketplace.domain.states import CONTRACT
from marketplace.domain.text import N_, clean_line, compact
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import Contract, ContractRegistration, ContractVersion
from marketplace.models.platform import AuditEvent, ReviewTask
from marketplace.services.catalogue import listings
from marketplace.services.deals import contracts, facts
from marketplace.services.deals.turnover import entries
from marketplace.services.platform import audit, notices, numbering, outbox, reviews, settings

REGISTRY = N_("宿州市技术合同登记处")
"""Who registers here, as certificates name it."""

DECLARABLE = frozenset({"draft", "offered", "confirmed", "returned"})
"""States in which a party may say what its certificate from outside says."""


def declare(
    actor: Actor,
    contract_id: int,
    number: str,
    registry_name: str,
    registered_on: date | None,
    turnover_fen: int | None,
    technical_fen: int | None,
) -> ContractRegistration:
    """Keep what a certificate from outside says, before the contract is submitted; a later word replaces it.

    Raises ValidationFailed with the fields number, registry_name, registered_on, turnover, technical; Conflict
    where the contract is past that; DomainError where the city's own registry registers it. The paper itself is a
    file of purpose ``certificate`` on the contract.
    """
    contract = contracts.get_own(actor, contract_id, lock=True)
    version = version_of(contract)
    if contract.state not in DECLARABLE:
        raise Conflict(N_("合同已提交或已登记，登记证明的内容不能再改"), code="wrong_state")
    if facts.is_local(contract):
        raise DomainError("registered_here", N_("此合同由本市登记机构登记，不需要填写外地登记证明"))
    said = checks.Certificate(
        number, clean_line(registry_name)[:120], registered_on, turnover_fen, technical_fen
    )
    faults = checks.certificate_faults(said, frame_of(contract), clock.today())
    if not faults:
        faults = _taken(contract, said.number)
    if faults:
        raise ValidationFailed(faults)
    row = registration_of(contract, "external")
    row.declared_by = actor.person_id
    row.number = parse_contract_number(said.number, clock.today()).digits
    row.registry_name, row.registered_on = said.registry_name, said.registered_on
    row.turnover_fen, row.technical_fen = said.turnover_fen or 0, said.technical_fen or 0
    db.session.flush()
    audit.record(actor, "contract.write", "contract", contract.id, version=version.id, part="certificate")
    return row


def registration_of(contract: Contract, route: str) -> ContractRegistration:
    """Return the contract's registration on ``route``, begun where there is none, emptied where the route changed."""
    row = contract.registration
    if row is None:
        row = contract.registration = ContractRegistration(contract_id=contract.id, route=route, checklist={})
    elif row.route != route:
        row.route, row.number, row.registry_name, row.registered_on = route, None, "", None
        row.turnover_fen = row.technical_fen = 0
    return row


def version_of(contract: Contract) -> ContractVersion:
    """Return the text in force; a contract that anybody can reach has one."""
    version = contract.current
    if version is None:
        raise Conflict(N_("合同还没有内容"), code="no_text")
    return version


def frame_of(contract: Contract) -> checks.Frame:
    """Return what a certificate is held against."""
    version = version_of(contract)
    return checks.Frame(
        contract.signed_on, version.amount_fen, version.technical_fen, is_import=version.is_import
    )


def certificate_of(row: ContractRegistration) -> checks.Certificate:
    """Return what the declared certificate says, as plain values."""
    return checks.Certificate(
        row.number or "", row.registry_name, row.registered_on, row.turnover_fen, row.technical_fen
    )


def number_taken(contract: Contract, digits: str) -> bool:
    """Return whether another contract has this registration number, in its long or its legacy form."""
    # The legacy form lacks only the century, which the last 14 digits do not hold either.
    row = ContractRegistration
    tail = func.substr(row.number, func.length(row.number) - 13)
    query = select(row.id).where(row.contract_id != contract.id, tail == digits[-14:])
    return db.session.scalar(query.limit(1)) is not None


def _taken(contract: Contract, number: str) -> list[FieldError]:
    digits = parse_contract_number(number, clock.today()).digits
    if not number_taken(contract, digits):
        return []
    message = N_("此登记编号已填在本站的另一份合同中，请核对；确系被他人误填的，请联系合同登记人员")
    return [FieldError("number", "taken", message)]


def task_of(
    actor: Actor, contract: Contract, kind: str, outcome: str, expected: int | None
) -> ReviewTask | None:
    """Return the open task of ``kind``; None where the actor has just made this very decision (a second press).

    ``expected`` is the task that the actor looked at. Raises Conflict where it was decided, withdrawn or replaced.
    """
    task = reviews.open_task_for("contract", contract.id)
    if task is not None and task.kind == kind and expected in (None, task.id):
        return task
    before = db.session.get(ReviewTask, expected) if expected is not None else None
    mine = (kind, contract.id, outcome, actor.person_id)
    if before is not None and (before.kind, before.subject_id, before.outcome, before.decided_by) == mine:
        return None
    raise Conflict(N_("此事项已由他人办结或已被撤回，请刷新页面查看结果"), code="task_closed")


def makers_of(contract: Contract) -> frozenset[int]:
    """Return who drafted, signed or submitted a contract: they never decide on it, wherever they work by now."""
    acts = ("contract.create", "contract.sign", "contract.submit", "contract.adopt_signed")
    query = select(AuditEvent.actor_id).where(
        AuditEvent.tag.in_(acts), AuditEvent.subject_kind == "contract", AuditEvent.subject_id == contract.id
    )
    found = {*db.session.scalars(query), contract.created_by}
    return frozenset(person for person in found if person is not None)


def register(
    actor: Actor, contract_id: int, number: str = "", note: str = "", expected: int | None = None
) -> Contract:
    """Register what another person has examined: the second pair of eyes (合同复核).

    ``number`` is the national number where the site gives none itself; empty leaves it open (``enter_number``).
    ``expected``: id of the task looked at. Raises DomainError (field ``number``), NotAllowed for the examiner and
    for people of a party, Conflict as ``task_of`` says.
    """
    contract = contracts.get_for(actor, contract_id, lock=True)
    task = task_of(actor, contract, "contract_check", "approved", expected)
    if task is None:
        return contract
    row = contract.registration
    assert row is not None  # noqa: S101
    CONTRACT.decide(contract.state, "register", actor, contracts.subject_of(contract))
    row.registered_on, row.registry_name = clock.today(), REGISTRY
    row.number = _mint(contract) if mints() else _typed(contract, number) if compact(number) else None
    row.checked_by = actor.person_id
    put_in_force(actor, contract, "register")
    reviews.finish(actor, task, "approved", [], note, makers_of(contract) | {row.examined_by or 0})
    return contract


def put_in_force(actor: Actor, contract: Contract, action: str) -> None:
    """Have a registration act: the state moves, the turnover counts it, what was sold exclusively is off the market."""
    row, version = contract.registration, version_of(contract)
    assert row is not None  # noqa: S101
    assert row.registered_on is not None  # noqa: S101
    row.decided_at = clock.now()
    db.session.flush()
    contracts.act(actor, contract, action)
    entries.post(contract, "register", row.registered_on)
    outbox.enqueue("contract", contract=contract.id)
    if is_exclusive(version.kind, version.licence_scope):
        for line in version.lines:
            take_off_the_market(line.traded.listing_id)


def take_off_the_market(listing_id: int | None) -> None:
    """Mark what nobody else can buy any more as 已成交; nothing for what was never listed or is not on show."""
    if listing_id is None:
        return
    listings.lock_row(listing_id)
    listing = db.session.get_one(Listing, listing_id, populate_existing=True)
    if listing.state == "published":
        listings.act(SYSTEM, listing, "deal")


def send_back(actor: Actor, contract_id: int, note: str, expected: int | None = None) -> Contract:
    """Give an examined contract back to who examined it, with words; the limit of the examination runs on."""
    contract = contracts.get_for(actor, contract_id, lock=True)
    task = task_of(actor, contract, "contract_check", "returned", expected)
    if task is None:
        return contract
    row = contract.registration
    assert row is not None  # noqa: S101
    examiner = row.examined_by
    contracts.act(actor, contract, "send_back", note=note)
    # What one official writes to the other stays with the task: the contract's own note is read by the parties.
    contract.state_note = ""
    reviews.finish(actor, task, "returned", [], note, makers_of(contract) | {examiner or 0})
    row.examined_by = row.examined_at = None
    again = reviews.open_task(
        "contract", "contract", contract.id, task.organisation, task.title, task.parties
    )
    again.due_on = _first_due(contract) or again.due_on
    again.assignee_id = examiner
    db.session.flush()
    if examiner is not None:
        notices.notify([examiner], "review_assigned", "contract_task", contract.id, title=task.title)
    return contract


def _first_due(contract: Contract) -> date | None:
    """Return the day by which the examination that was sent back had to be done."""
    query = select(ReviewTask.due_on).where(
        ReviewTask.kind == "contract", ReviewTask.subject_id == contract.id, ReviewTask.state == "done"
    )
    return db.session.scalar(query.order_by(ReviewTask.id.desc()).limit(1))


def mints() -> bool:
    """Return whether the site gives registration numbers itself: the registry point is configured."""
    return bool(settings.get("registry.point"))


def _mint(contract: Contract) -> str:
    year, point = clock.today().year, settings.get("registry.point")
    while True:
        digits = mint(year, point, numbering.take(f"registration/{year}/{point}")).digits
        # Numbers of imported contracts were given elsewhere, perhaps from the same series.
        if not number_taken(contract, digits):
            return digits


def _typed(contract: Contract, text: str) -> str:
    try:
        number = parse_contract_number(text, clock.today())
    except DomainError as fault:
        raise DomainError(fault.code, fault.message, "number", **fault.params) from fault
    if number.area != CITY_PREFIX:
        raise DomainError(
            "contract_number_elsewhere",
            N_("本市登记的编号第5—8位（14位编号的第3—6位）应为3413，请核对"),
            "number",
        )
    if number_taken(contract, number.digits):
        raise DomainError("contract_number_taken", N_("此登记编号已用于另一份合同，请核对"), "number")
    return number.digits


def enter_number(actor: Actor, contract_id: int, text: str) -> Contract:
    """Enter the national number of a contract that was registered here before its number was known.

    Raises DomainError (field ``number``); Conflict where it has one already or is not registered here.
    """
    contract = contracts.get_for(actor, contract_id, lock=True)
    require_registry(actor, contract)
    row = contract.registration
    if row is None or row.decided_at is None or row.route != "local":
        raise Conflict(N_("这份合同不是在本市登记的，没有编号可填"), code="not_registered_here")
    digits = _typed(contract, text)
    if row.number is not None:
        raise Conflict(N_("这份合同已经有登记编号"), code="number_known")
    row.number = digits
    db.session.flush()
    audit.record(actor, "contract.number", "contract", contract.id)
    return contract


def require_registry(actor: Actor, contract: Contract) -> None:
    """Raise NotAllowed unless the actor is of the registry (合同登记 or 合同复核) and of no party."""
    subject = contracts.subject_of(contract)
    if not may(actor, Permission.CHECK_REGISTRATION, subject):
        require(actor, Permission.REVIEW, subject)
