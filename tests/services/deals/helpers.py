"""Steps of contracts as tests of services take them: each in a unit of work of its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.deals.texts import PartiesData, PartyData, Text
from marketplace.extensions import db
from marketplace.models.deals import Contract
from marketplace.models.people import Organisation
from marketplace.models.platform import MailMessage, Notice
from marketplace.services.deals import drafts
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import PDF
from tests.domain.deals.samples import MONEY, PARTICULARS, SELLER, SUBJECT

Result = TypeVar("Result")


def did(call: Callable[..., Result], *args: Any, **values: Any) -> Result:
    """Call a service inside a unit of work and return what it returns."""
    with unit_of_work():
        result = call(*args, **values)
    return result


def people(name: str = "", kind: str = "enterprise", **values: Any) -> tuple[Organisation, Actor]:
    """Return a verified organisation and one of its people."""
    organisation = make.make_organisation(kind, name, **values)
    return organisation, make.actor(make.make_person(organisation))


def side(organisation: Organisation, **values: Any) -> PartyData:
    """Return what somebody types for a member: its code, and what the site does not know of it."""
    typed = PartyData(
        uscc=organisation.uscc, nature="private_company", contact_name="李二", contact_phone="0557-3024567"
    )
    return replace(typed, **values)


def written(
    actor: Actor,
    buyer: PartyData,
    *sellers: PartyData,
    contract: Contract | None = None,
    text: Text | None = None,
) -> Contract:
    """Return a draft of the actor that is complete, written step by step."""
    text = text or Text(subject=SUBJECT, money=MONEY, particulars=replace(PARTICULARS, disclosure="parties"))
    contract = contract or did(drafts.create, actor)
    did(drafts.save_parties, actor, contract.id, PartiesData(buyer, sellers or (SELLER,)))
    did(drafts.save_subject, actor, contract.id, text.subject)
    did(drafts.save_money, actor, contract.id, text.money)
    did(drafts.save_particulars, actor, contract.id, text.particulars)
    return db.session.get_one(Contract, contract.id)


def signed(actor: Actor, contract: Contract) -> Contract:
    """Sign a contract: a day and a scan."""
    did(drafts.sign, actor, contract.id, clock.today() - timedelta(days=1))
    did(drafts.add_file, actor, contract.id, "合同.pdf", PDF, "signed_contract")
    return db.session.get_one(Contract, contract.id)


def state(contract: Contract) -> str:
    """Return the state, read anew."""
    return db.session.get_one(Contract, contract.id, populate_existing=True).state


def link_of(contract: Contract, place: int = -1) -> str:
    """Return the token that was mailed last (or at ``place``) for a contract."""
    mails = db.session.scalars(
        select(MailMessage).where(MailMessage.template == "contract_link").order_by(MailMessage.id)
    )
    return str(list(mails)[place].params["path"]).rpartition("/")[2]


def notices_of(actor: Actor) -> list[str]:
    """Return the kinds of notices a person got."""
    query = select(Notice.kind).where(Notice.person_id == actor.person_id).order_by(Notice.id)
    return list(db.session.scalars(query))
