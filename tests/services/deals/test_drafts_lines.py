"""The lines of a draft, what of it is incomplete or known already, its day of signing and its files."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.deals.texts import (
    InstalmentData,
    LineData,
    MoneyData,
    ParticularsData,
    PartiesData,
    RightData,
    SubjectData,
)
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.deals import Contract, ContractVersion, TradedAchievement
from marketplace.services.deals import confirming, drafts, texts
from marketplace.services.unit import unit_of_work
from tests import factories as make
from tests.deals import PDF, make_contract, make_payment, make_traded
from tests.domain.deals.samples import LINE, MONEY, PARTICULARS, PATENT, SUBJECT
from tests.services.deals.helpers import did, people, side, signed, written

pytestmark = pytest.mark.usefixtures("session")


def current(contract: Contract) -> ContractVersion:
    """Return the text in force, read anew."""
    found = db.session.get_one(Contract, contract.id).current
    assert found is not None
    return found


# --- subject ------------------------------------------------------------------------------------------------


def test_lines_are_summed_and_follow_what_is_typed() -> None:
    """Listed and unlisted achievements, reordered, replaced and taken away."""
    _own, actor = people()
    listing = make.make_published(make.make_person(make.make_organisation("university")))
    contract = did(drafts.create, actor)
    listed = LineData(listing_number=listing.number or "", amount_fen=5, technical_fen=4)
    data = SubjectData(title="两项", lines=(listed, replace(LINE, amount_fen=2, technical_fen=1)))
    version = did(drafts.save_subject, actor, contract.id, data)
    assert (version.amount_fen, version.technical_fen) == (7, 5)
    first, second = version.lines
    assert (first.traded.listing_id, first.revision_id) == (listing.id, listing.published_id)
    assert (second.traded.name, second.revision_id) == (LINE.name, None)
    shown = texts.text_of(version).subject
    assert shown.lines[0].name == listing.published.title
    again = did(drafts.save_subject, actor, contract.id, replace(shown, lines=shown.lines[::-1]))
    assert [line.id for line in again.lines] == [second.id, first.id]
    only = did(drafts.save_subject, actor, contract.id, replace(shown, lines=(shown.lines[0],)))
    assert [line.id for line in only.lines] == [first.id]
    # What only this draft spoke of is forgotten with it.
    assert db.session.scalar(select(func.count()).select_from(TradedAchievement)) == 1


def test_saving_the_same_words_again_records_nothing_new() -> None:
    """With the id of the record, without it, and with corrected words."""
    _own, actor = people()
    contract = did(drafts.create, actor)
    version = did(drafts.save_subject, actor, contract.id, SUBJECT)
    row = version.lines[0].traded_id
    assert did(drafts.save_subject, actor, contract.id, SUBJECT).lines[0].traded_id == row
    corrected = replace(LINE, traded_id=row, name="大豆胶粘剂（改）", rights=())
    version = did(drafts.save_subject, actor, contract.id, replace(SUBJECT, lines=(corrected,)))
    assert (version.lines[0].traded_id, version.lines[0].traded.name) == (row, "大豆胶粘剂（改）")
    assert version.lines[0].traded.rights == []


def test_a_shown_version_keeps_the_words_of_its_achievement() -> None:
    """A later correction is recorded anew, unless money names the achievement: then it stays the same one."""
    own, actor = people()
    contract = make_contract(own, state="draft", drafter=own)
    current(contract).frozen_at = clock.now()
    db.session.commit()
    old = texts.text_of(current(contract)).subject
    renamed = replace(old, lines=(replace(old.lines[0], name="改名"),))
    version = did(drafts.save_subject, actor, contract.id, renamed)
    assert version.lines[0].traded_id != old.lines[0].traded_id
    assert db.session.get_one(TradedAchievement, old.lines[0].traded_id).name == old.lines[0].name
    paid = make_contract(own, state="returned", drafter=own, signed_on=clock.today())
    make_payment(paid, 1)
    current(paid).frozen_at = clock.now()
    paid.state = "draft"
    db.session.commit()
    old = texts.text_of(current(paid)).subject
    renamed = replace(old, lines=(replace(old.lines[0], name="改名"),))
    assert did(drafts.save_subject, actor, paid.id, renamed).lines[0].traded_id == old.lines[0].traded_id


def test_unknown_or_hidden_listings_and_repeated_lines_are_refused() -> None:
    """At the row of the form; what is in the contract already may stay when its listing goes."""
    _own, actor = people()
    owner = make.make_person(make.make_organisation("university"))
    listing = make.make_published(owner)
    contract = did(drafts.create, actor)
    line = LineData(listing_number=listing.number or "")

    def refused(*lines: LineData) -> list[tuple[str, str]]:
        with pytest.raises(ValidationFailed) as caught:
            did(drafts.save_subject, actor, contract.id, SubjectData(lines=lines))
        return [(error.field, error.code) for error in caught.value.errors]

    assert refused(LineData(listing_number="SZ-A-99999")) == [("lines.0.listing_number", "listing_unknown")]
    assert refused(LineData(), line, line) == [("lines.2.listing_number", "line_twice")]
    did(drafts.save_subject, actor, contract.id, SubjectData(lines=(line,)))
    listing.state = "unlisted"
    db.session.commit()
    assert did(drafts.save_subject, actor, contract.id, SubjectData(title="仍在", lines=(line,))).lines
    other = did(drafts.create, people()[1])
    with pytest.raises(NotFound):
        did(drafts.save_subject, actor, other.id, SubjectData(lines=(line,)))


def test_records_of_others_are_reused_by_their_right_but_not_rewritten() -> None:
    """An id alone opens nothing; with the same right it is reused; its words are not the reuser's to change."""
    first, _ = people()
    known = make_traded("别人记录的成果")
    make_contract(first, traded=[known])
    number = known.rights[0].number
    _own, actor = people()
    contract = did(drafts.create, actor)
    guessed = LineData(traded_id=known.id, name="猜")
    version = did(drafts.save_subject, actor, contract.id, SubjectData(lines=(guessed,)))
    assert version.lines[0].traded_id != known.id
    same = replace(
        LINE,
        traded_id=known.id,
        name=known.name,
        owner_name=known.owner_name,
        rights=(RightData("invention", number),),
    )
    assert (
        did(drafts.save_subject, actor, contract.id, SubjectData(lines=(same,))).lines[0].traded_id
        == known.id
    )
    with pytest.raises(ValidationFailed) as refused:
        did(drafts.save_subject, actor, contract.id, SubjectData(lines=(replace(same, name="改名"),)))
    assert [error.field for error in refused.value.errors] == ["lines.0.name"]


def test_a_line_without_its_number_is_another_achievement() -> None:
    """Whoever takes the number out and types a name means something else, whatever record the form still names."""
    listing = make.make_published(make.make_person(make.make_organisation("university")))
    _own, actor = people()
    contract = did(drafts.create, actor, listing_id=listing.id)
    listed = texts.text_of(current(contract)).subject
    other = replace(listed.lines[0], listing_number="", name="另一项成果", rights=())
    version = did(drafts.save_subject, actor, contract.id, replace(listed, lines=(other,)))
    assert (version.lines[0].traded.listing_id, version.lines[0].traded.name) == (None, "另一项成果")
    assert version.lines[0].revision_id is None


def test_drafts_of_one_organisation_share_a_record_that_is_still_being_written() -> None:
    """The copy for another buyer names the same achievement, whose words may be corrected until they are shown."""
    own, actor = people()
    contract = written(actor, side(own))
    made = did(confirming.copy, actor, contract.id)
    subject = texts.text_of(current(made)).subject
    renamed = replace(subject, lines=(replace(subject.lines[0], name="更正"),))
    version = did(drafts.save_subject, actor, made.id, renamed)
    assert version.lines[0].traded_id == current(contract).lines[0].traded_id
    assert current(contract).lines[0].traded.name == "更正"


def test_incomplete_rows_are_saved() -> None:
    """An instalment without amount, a line without name, nothing at all."""
    _own, actor = people()
    contract = did(drafts.create, actor)
    rows = (InstalmentData(name="首付"), InstalmentData(kind="royalty", condition="按年"))
    version = did(drafts.save_money, actor, contract.id, MoneyData("instalments", rows))
    assert [(row.name, row.amount_fen) for row in version.instalments] == [("首付", None), ("", None)]
    version = did(
        drafts.save_money, actor, contract.id, MoneyData(instalments=(InstalmentData(amount_fen=1),))
    )
    assert [row.amount_fen for row in version.instalments] == [1]
    version = did(drafts.save_subject, actor, contract.id, SubjectData(lines=(LineData(amount_fen=3),)))
    assert (version.lines[0].traded.name, version.amount_fen) == ("", 3)
    assert did(drafts.save_subject, actor, contract.id, SubjectData()).lines == []
    did(drafts.save_particulars, actor, contract.id, ParticularsData())
    did(drafts.save_parties, actor, contract.id, PartiesData())
    assert {fault.field for fault in texts.faults(contract)} >= {"title", "buyer.name", "lines", "field"}


def test_a_written_contract_is_complete_and_reads_as_it_was_written() -> None:
    """What the steps save is what the text says; 公开程度 is kept at one's own side."""
    own, actor = people()
    contract = written(actor, side(own))
    version = current(contract)
    assert texts.faults(contract) == []
    text = texts.text_of(version, own.id)
    assert text.money == MONEY
    assert text.particulars == replace(PARTICULARS, disclosure="parties")
    assert replace(text.subject.lines[0], traded_id=None) == LINE
    assert [party.disclosure for party in version.parties] == ["parties", ""]
    # Saving what the text says changes nothing, step by step.
    did(drafts.save_parties, actor, contract.id, text.parties)
    did(drafts.save_subject, actor, contract.id, text.subject)
    did(drafts.save_money, actor, contract.id, text.money)
    did(drafts.save_particulars, actor, contract.id, text.particulars)
    assert texts.text_of(current(contract), own.id) == text
    assert [party.disclosure for party in current(contract).parties] == ["parties", ""]


def test_a_known_right_must_be_reused_or_explained() -> None:
    """One achievement under two records would split its cap: the fault names what is known."""
    listing = make.make_published(make.make_person(make.make_organisation("university")))
    own, actor = people()
    contract = written(actor, side(own))
    (fault,) = texts.faults(contract)
    assert (fault.field, fault.code) == ("lines.0.rights", "known_already")
    assert fault.params == {"number": PATENT.number, "known": listing.number}
    explained = replace(SUBJECT, lines=(replace(LINE, explanation="同一专利的另一用途"),))
    did(drafts.save_subject, actor, contract.id, explained)
    assert texts.faults(db.session.get_one(Contract, contract.id)) == []


def test_what_nobody_published_is_named_to_its_own_parties_only() -> None:
    """Typing a number must not tell a stranger what others trade in silence."""
    own, actor = people()
    first = written(actor, side(own))
    with unit_of_work():
        drafted = db.session.get_one(ContractVersion, first.version_id)
        drafted.frozen_at = clock.now()
    name = drafted.lines[0].traded.name
    again = written(actor, side(own))
    (fault,) = texts.faults(again)
    assert (fault.code, fault.params["known"]) == ("known_already", name)
    other, stranger = people()
    foreign = written(stranger, side(other))
    (fault,) = texts.faults(foreign)
    assert (fault.code, fault.params) == ("known_elsewhere", {"number": PATENT.number})


# --- papers -------------------------------------------------------------------------------------------------


def test_signing_has_a_day_that_can_be() -> None:
    """Not in the future, not before registration was invented; changed and taken back until it is submitted."""
    own, actor = people()
    contract = did(drafts.create, actor)
    for day in (clock.today() + timedelta(days=1), date(1990, 12, 31)):
        with pytest.raises(DomainError) as refused:
            did(drafts.sign, actor, contract.id, day)
        assert refused.value.field == "signed_on"
    for day in (date(1991, 1, 1), clock.today(), None):
        assert did(drafts.sign, actor, contract.id, day).signed_on == day
    submitted = make_contract(own, state="submitted")
    with pytest.raises(Conflict):
        did(drafts.sign, actor, submitted.id, clock.today())


def test_a_day_on_which_payments_rest_is_only_corrected() -> None:
    """Money is recorded on signed contracts only, so the day cannot vanish under it."""
    own, actor = people()
    contract = make_contract(own, state="confirmed", signed_on=clock.today(), drafter=own)
    make_payment(contract, 100)
    with pytest.raises(DomainError):
        did(drafts.sign, actor, contract.id, None)
    day = clock.today() - timedelta(days=3)
    assert did(drafts.sign, actor, contract.id, day).signed_on == day


def test_files_are_for_parties_while_the_contract_is_open() -> None:
    """The other side may bring the signed text too; strangers and closed states may not."""
    own, actor = people()
    other, partner = people()
    contract = make_contract(own, other, state="confirmed", drafter=own)
    link = did(drafts.add_file, partner, contract.id, "合同.pdf", PDF, "signed_contract")
    with pytest.raises(DomainError) as refused:
        did(drafts.add_file, actor, contract.id, "x.pdf", b"MZ not a pdf", "signed_contract")
    assert refused.value.field == "file"
    with pytest.raises(DomainError) as refused:
        did(drafts.add_file, actor, contract.id, "x.pdf", PDF, "voucher")
    assert refused.value.field == "purpose"
    for stranger in (people()[1], make.actor(make.make_staff(Role.CONTRACT_REGISTRAR))):
        with pytest.raises((NotFound, NotAllowed)):
            did(drafts.remove_file, stranger, contract.id, link.id)
    elsewhere = signed(actor, make_contract(own, state="confirmed", drafter=own))
    with pytest.raises(NotFound):
        did(drafts.remove_file, actor, elsewhere.id, link.id)
    did(drafts.remove_file, actor, contract.id, link.id)
    closed = make_contract(own, state="registered")
    with pytest.raises(Conflict):
        did(drafts.add_file, actor, closed.id, "合同.pdf", PDF, "signed_contract")
