"""Sellers' accounts: who enters them, what is refused, what the provider says later."""

import pytest

from marketplace.domain.errors import DomainError, NotAllowed, NotFound
from marketplace.extensions import db
from marketplace.models.deals import ConnectedAccount
from marketplace.services.deals.billing import accounts
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.support.billing import ACCOUNT


@pytest.fixture
def seller(session):
    organisation = make.make_organisation("university")
    return make.actor(make.make_person(organisation, "manager"))


def keep(actor, account=ACCOUNT):
    found = accounts.look_up(actor, account)
    with unit_of_work():
        return accounts.keep(actor, found).id


def test_a_manager_enters_the_account_and_changes_it(provider, seller):
    first = keep(seller, f" {ACCOUNT} ")
    assert keep(seller, "acct_demo0000000002") == first
    row = accounts.own(seller)
    assert (row.account, row.may_charge) == ("acct_demo0000000002", True)
    assert accounts.masked(row.account) == "acct_…0002"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "account_shape"), ("acct_1", "account_shape"), ("ch_demo0000000001", "account_shape"),
        ("acct_demo000000000一", "account_shape"), ("acct_nobody00000000", "account_unknown"),
        ("acct_demo0000000009", "account_closed"),
    ],
)  # fmt: skip
def test_what_is_no_account_or_may_not_charge_is_refused_at_the_field(provider, seller, typed, code):
    with pytest.raises(DomainError) as refused:
        accounts.look_up(seller, typed)
    assert (refused.value.code, refused.value.field) == (code, "account")


def test_only_the_manager_of_a_trading_organisation_may(provider, seller):
    agent = make.actor(make.make_person(make.make_organisation("university"), "agent"))
    authority = make.actor(make.make_person(make.make_organisation("authority"), "manager"))
    unverified = make.actor(make.make_person(make.make_organisation(verified=False), "manager"))
    for actor in (agent, authority, unverified):
        with pytest.raises(NotAllowed):
            accounts.look_up(actor, ACCOUNT)


def test_an_account_belongs_to_one_organisation(provider, seller):
    keep(seller)
    other = make.actor(make.make_person(make.make_organisation(), "manager"))
    with pytest.raises(DomainError) as refused:
        keep(other)
    assert refused.value.field == "account"


def test_removing_twice_finds_nothing_the_second_time(provider, seller):
    keep(seller)
    with unit_of_work():
        accounts.remove(seller)
    assert accounts.own(seller) is None
    with pytest.raises(NotFound), unit_of_work():
        accounts.remove(seller)


def test_an_account_that_may_charge_no_more_is_found_out(provider, seller):
    key = keep(seller)
    provider.book.add_account(ACCOUNT, "x", charges_enabled=False)
    assert accounts.recheck(ACCOUNT) is False
    assert db.session.get_one(ConnectedAccount, key).may_charge is False
    del provider.book.accounts[ACCOUNT]
    assert accounts.recheck(ACCOUNT) is False
    assert accounts.recheck("acct_of_nobody") is None


def test_without_a_provider_nothing_calls_out(seller):
    assert outside().billing is None
    with pytest.raises(DomainError) as closed:
        accounts.look_up(seller, ACCOUNT)
    assert closed.value.code == "billing_closed"
