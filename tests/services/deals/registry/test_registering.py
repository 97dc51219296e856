"""The way through the registry: examined, checked, registered; returned, refused, revoked; numbers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.domain import clock
from marketplace.domain.access import Role
from marketplace.domain.errors import Conflict, DomainError, NotAllowed, NotFound, ValidationFailed
from marketplace.extensions import db
from marketplace.models.catalogue import Listing
from marketplace.models.deals import Contract, TurnoverEntry
from marketplace.models.platform import Notice, ReviewTask, SettingValue
from marketplace.services.deals import confirming
from marketplace.services.deals.registry import deciding, desk, examining, registering
from marketplace.services.platform import reviews
from tests import deals
from tests import factories as make
from tests.services.deals.helpers import did, side, signed, written
from tests.services.deals.registry.helpers import (
    WAN,
    agent,
    deals_attach,
    findings,
    registrar,
    submitted,
    task_of,
    verifier,
)


@pytest.fixture
def buyer(session):
    return make.make_organisation("enterprise")


@pytest.fixture
def seller(session):
    return make.make_organisation("university")


def entries_of(contract):
    query = select(TurnoverEntry).where(TurnoverEntry.contract_id == contract.id).order_by(TurnoverEntry.id)
    return [(row.kind, row.amount_fen, row.technical_fen, row.contracts) for row in db.session.scalars(query)]


def set_point(point):
    with_row = SettingValue(
        key="registry.point", value=point, valid_from=clock.today(), state="effective", note=""
    )
    did(db.session.add, with_row)


def registered(contract, number=""):
    did(examining.examine, registrar(), contract.id, findings(contract))
    return did(registering.register, verifier(), contract.id, number)


def test_examined_by_one_and_registered_by_another(buyer, seller):
    contract = submitted(buyer, seller, amounts=(200 * WAN, 100 * WAN))
    examiner, checker = registrar(), verifier()
    first = task_of(contract).id
    did(examining.examine, examiner, contract.id, findings(contract, 150 * WAN, 90 * WAN), first)
    assert contract.state == "examined"
    assert [line.approved_technical_fen for line in contract.current.lines] == [150 * WAN, 90 * WAN]
    assert task_of(contract).kind == "contract_check"
    assert entries_of(contract) == []
    did(registering.register, checker, contract.id, f"{clock.today().year} 3413 01 000123")
    row = contract.registration
    assert contract.state == "registered"
    assert (row.route, row.number, row.registered_on) == (
        "local", f"{clock.today().year}341301000123", clock.today(),
    )  # fmt: skip
    assert (row.turnover_fen, row.technical_fen) == (300 * WAN, 240 * WAN)
    assert (row.examined_by, row.checked_by) == (examiner.person_id, checker.person_id)
    assert entries_of(contract) == [("register", 300 * WAN, 240 * WAN, 1)]
    assert reviews.open_task_for("contract", contract.id) is None
    told = set(db.session.scalars(select(Notice.kind).where(Notice.subject_id == contract.id)))
    assert told <= {"contract_registered"}


def test_the_whole_way_by_the_parties_own_steps(buyer, seller):
    them, other = agent(buyer), agent(seller)
    contract = written(them, side(buyer), side(seller, nature="other"))
    did(confirming.offer, them, contract.id)
    did(confirming.agree, other, contract.id, "王甲")
    contract = signed(them, contract)
    did(confirming.submit, them, contract.id)
    first = task_of(contract)
    found = findings(contract, seal_missing="卖方印章不清", note="请重新盖章扫描")
    did(examining.return_, registrar(), contract.id, found, first.id)
    assert contract.state == "returned"
    assert contract.state_note == "卖方印章不清\n请重新盖章扫描"
    assert db.session.get_one(ReviewTask, first.id).reasons == ["seal_missing"]
    with clock.frozen(clock.now() + timedelta(days=3)):
        did(confirming.submit, them, contract.id)
        again = task_of(contract)
        assert (again.id != first.id, again.due_on) == (True, first.due_on + timedelta(days=3))
    registered(contract)
    assert contract.state == "registered"
    assert contract.registration.number is None


def test_the_same_person_never_examines_and_checks(buyer, seller):
    contract = submitted(buyer, seller)
    both = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR, Role.CONTRACT_VERIFIER))
    did(examining.examine, both, contract.id, findings(contract))
    with pytest.raises(NotAllowed):
        did(registering.register, both, contract.id)
    assert db.session.get_one(Contract, contract.id).state == "examined"


@pytest.mark.parametrize("whose", ["buyer", "seller"])
def test_nobody_of_a_party_decides(buyer, seller, whose):
    contract = submitted(buyer, seller)
    insider = make.make_staff(
        Role.CONTRACT_REGISTRAR, Role.CONTRACT_VERIFIER, authority={"buyer": buyer, "seller": seller}[whose]
    )
    with pytest.raises(NotAllowed):
        did(examining.examine, make.actor(insider), contract.id, findings(contract))
    with pytest.raises(NotAllowed):
        did(examining.save, make.actor(insider), contract.id, {"other": "不对"})
    did(examining.examine, registrar(), contract.id, findings(contract))
    with pytest.raises(NotAllowed):
        did(registering.register, make.actor(insider), contract.id)


def test_strangers_and_other_roles_do_not_reach_it(buyer, seller):
    contract = submitted(buyer, seller)
    with pytest.raises(NotFound):
        desk.of(agent(make.make_organisation("enterprise")), contract.id)
    finance = make.actor(make.make_staff(Role.FINANCE))
    assert desk.of(finance, contract.id).acts == frozenset()
    with pytest.raises(NotAllowed):
        did(examining.examine, finance, contract.id, findings(contract))
    assert desk.of(registrar(), contract.id).acts == {"examine", "return", "refuse"}


def test_two_registrars_at_once(buyer, seller):
    contract = submitted(buyer, seller)
    one, task = registrar(), task_of(contract).id
    did(examining.examine, one, contract.id, findings(contract), task)
    did(examining.examine, one, contract.id, findings(contract), task)
    assert contract.state == "examined"
    with pytest.raises(Conflict):
        did(examining.examine, registrar(), contract.id, findings(contract), task)
    with pytest.raises(Conflict):
        did(examining.return_, one, contract.id, findings(contract, other="晚了"), task)


def test_pressing_register_twice_registers_once(buyer, seller):
    contract = submitted(buyer, seller)
    did(examining.examine, registrar(), contract.id, findings(contract))
    checker, task = verifier(), task_of(contract).id
    did(registering.register, checker, contract.id, "", "", task)
    did(registering.register, checker, contract.id, "", "", task)
    assert len(entries_of(contract)) == 1
    with pytest.raises(Conflict):
        did(registering.register, verifier(), contract.id, "", "", task)


def test_sent_back_to_the_examiner_who_may_examine_again(buyer, seller):
    contract = submitted(buyer, seller)
    examiner = registrar()
    due = task_of(contract).due_on
    did(examining.examine, examiner, contract.id, findings(contract))
    checker, task = verifier(), task_of(contract).id
    with pytest.raises(DomainError, match="理由"):
        did(registering.send_back, checker, contract.id, " ")
    did(registering.send_back, checker, contract.id, "核定额与附件不符", task)
    did(registering.send_back, checker, contract.id, "核定额与附件不符", task)
    again = task_of(contract)
    assert (contract.state, again.kind, again.assignee_id, again.due_on) == (
        "submitted", "contract", examiner.person_id, due,
    )  # fmt: skip
    assert contract.state_note == ""
    assert contract.registration.examined_by is None
    did(examining.examine, examiner, contract.id, findings(contract))
    assert contract.state == "examined"


def test_findings_must_be_whole_and_amounts_within_the_line(buyer, seller):
    contract = submitted(buyer, seller, amounts=(100 * WAN,))
    line = contract.current.lines[0].id
    with pytest.raises(ValidationFailed) as refused:
        did(examining.examine, registrar(), contract.id, examining.Findings({"other": ""}, {}))
    fields = {fault.field for fault in refused.value.errors}
    assert "grounds.not_technical.verdict" in fields
    assert "grounds.other.verdict" not in fields
    assert "lines.0.approved" in fields
    for fen in (-1, 100 * WAN + 1):
        with pytest.raises(ValidationFailed):
            did(examining.examine, registrar(), contract.id, findings(contract, fen))
    with pytest.raises(ValidationFailed):
        did(examining.examine, registrar(), contract.id, findings(contract, proof_missing="缺证明"))
    did(examining.examine, registrar(), contract.id, findings(contract, 0))
    assert contract.current.lines[0].id == line
    assert contract.registration.technical_fen == 0


def test_only_what_can_be_mended_is_returned(buyer, seller):
    contract = submitted(buyer, seller)
    with pytest.raises(DomainError) as refused:
        did(examining.return_, registrar(), contract.id, findings(contract, not_technical="只是买设备"))
    assert refused.value.field == "grounds.not_technical.verdict"
    with pytest.raises(DomainError):
        did(examining.return_, registrar(), contract.id, findings(contract))


def test_refused_for_good_with_grounds_and_words(buyer, seller):
    contract = submitted(buyer, seller)
    one, task = registrar(), task_of(contract).id
    with pytest.raises(DomainError):
        did(examining.refuse, one, contract.id, ["not_technical"], "", task)
    with pytest.raises(DomainError):
        did(examining.refuse, one, contract.id, [], "不是技术合同", task)
    did(examining.refuse, one, contract.id, ["not_technical"], "标的只有设备", task)
    did(examining.refuse, one, contract.id, ["not_technical"], "标的只有设备", task)
    assert contract.state == "refused"
    assert entries_of(contract) == []
    with pytest.raises(Conflict):
        did(confirming.submit, agent(buyer), contract.id)


def test_findings_are_kept_beside_the_task(buyer, seller):
    contract = submitted(buyer, seller)
    one = registrar()
    did(examining.save, one, contract.id, {"seal_missing": "章不清", "other": ""})
    assert desk.of(one, contract.id).found == {"seal_missing": "章不清"}
    did(examining.save, one, contract.id, {"seal_missing": ""})
    assert desk.of(one, contract.id).found == {}


def test_an_outside_certificate_is_accepted_by_one_person(buyer):
    contract = submitted(buyer, amounts=(300 * WAN,), technical=(280 * WAN,))
    one = registrar()
    assert desk.of(one, contract.id).acts == {"accept_certificate", "return", "refuse"}
    with pytest.raises(DomainError):
        did(examining.examine, one, contract.id, findings(contract))
    with pytest.raises(ValidationFailed) as refused:
        did(examining.accept_certificate, one, contract.id, findings(contract, 270 * WAN))
    assert refused.value.errors[0].field == "lines.0.approved"
    did(examining.accept_certificate, one, contract.id, findings(contract))
    row = contract.registration
    assert (contract.state, row.route, row.checked_by) == ("registered", "external", None)
    entry = db.session.scalars(select(TurnoverEntry)).one()
    assert (entry.counted_on, entry.amount_fen, entry.technical_fen) == (
        row.registered_on, 300 * WAN, 280 * WAN,
    )  # fmt: skip


def test_a_certificate_that_came_to_contradict_the_contract_is_not_accepted(buyer):
    contract = submitted(buyer, amounts=(300 * WAN,))
    contract.current.amount_fen = 200 * WAN
    contract.current.technical_fen = 200 * WAN
    contract.current.lines[0].amount_fen = contract.current.lines[0].technical_fen = 200 * WAN
    db.session.commit()
    with pytest.raises(ValidationFailed) as refused:
        did(examining.accept_certificate, registrar(), contract.id, findings(contract))
    assert "turnover" in {fault.field for fault in refused.value.errors}


def test_what_a_party_declares_is_held_against_the_contract(buyer):
    contract = deals.make_contract(buyer, state="confirmed", signed_on=clock.today() - timedelta(days=9))
    them, today = agent(buyer), clock.today()

    def declared(**other):
        said = {
            "number": f"{today.year}340101000001", "registry_name": "合肥市技术合同登记处", "registered_on": today,
            "turnover_fen": 300 * WAN, "technical_fen": 300 * WAN,
        } | other  # fmt: skip
        return did(registering.declare, them, contract.id, **said)

    for field, other in (
        ("number", {"number": "12"}),
        ("number", {"number": f"{today.year + 1}340101000001"}),
        ("registry_name", {"registry_name": " "}),
        ("registered_on", {"registered_on": None}),
        ("registered_on", {"registered_on": today + timedelta(days=1)}),
        ("registered_on", {"registered_on": today - timedelta(days=10)}),
        ("turnover", {"turnover_fen": 300 * WAN + 1, "technical_fen": 0}),
        ("turnover", {"turnover_fen": None}),
        ("technical", {"turnover_fen": 1, "technical_fen": 2}),
        ("technical", {"technical_fen": None}),
    ):
        with pytest.raises(ValidationFailed) as refused:
            declared(**other)
        assert [fault.field for fault in refused.value.errors] == [field], other
    assert declared().number == f"{today.year}340101000001"
    assert declared(turnover_fen=299 * WAN, technical_fen=0).turnover_fen == 299 * WAN
    second = deals.make_contract(buyer, state="draft")
    with pytest.raises(ValidationFailed) as taken:
        did(
            registering.declare, them, second.id, f"{today.year % 100:02d}340101000001", "合肥", today,
            1, 1,
        )  # fmt: skip
    assert taken.value.errors[0].code == "taken"


def test_who_declares_and_when(buyer, seller):
    local = deals.make_contract(buyer, seller, state="confirmed")
    said = (f"{clock.today().year}340101000001", "合肥", clock.today(), 1, 1)
    with pytest.raises(DomainError, match="本市"):
        did(registering.declare, agent(buyer), local.id, *said)
    outside = deals.make_contract(buyer, state="registered")
    with pytest.raises(Conflict):
        did(registering.declare, agent(buyer), outside.id, *said)
    with pytest.raises(NotFound):
        did(registering.declare, agent(make.make_organisation("enterprise")), outside.id, *said)


def test_numbers_run_on_where_the_point_is_configured(buyer, seller):
    set_point(7)
    year = clock.today().year
    taken = deals.make_contract(buyer, seller, number=f"{year}341307000002")
    numbers = [registered(submitted(buyer, seller)).registration.number for _ in range(2)]
    assert numbers == [f"{year}341307000001", f"{year}341307000003"]
    assert taken.registration.number == f"{year}341307000002"


def test_the_number_can_be_entered_later_but_once(buyer, seller):
    contract = registered(submitted(buyer, seller))
    one, year = registrar(), clock.today().year
    assert desk.of(one, contract.id).may_number
    for wrong in ("", "123", f"{year}340101000009", f"{year}3413010000091"):
        with pytest.raises(DomainError) as refused:
            did(registering.enter_number, one, contract.id, wrong)
        assert refused.value.field == "number"
    with pytest.raises(NotAllowed):
        did(registering.enter_number, agent(buyer), contract.id, f"{year}341301000009")
    did(registering.enter_number, verifier(), contract.id, f"{year}-3413-01-000009")
    assert contract.registration.number == f"{year}341301000009"
    with pytest.raises(Conflict):
        did(registering.enter_number, one, contract.id, f"{year}341301000010")
    with pytest.raises(Conflict):
        did(registering.enter_number, one, submitted(buyer).id, f"{year}341301000011")


def test_a_number_of_elsewhere_is_no_number_of_ours(buyer, seller):
    contract = submitted(buyer, seller)
    did(examining.examine, registrar(), contract.id, findings(contract))
    with pytest.raises(DomainError) as refused:
        did(registering.register, verifier(), contract.id, f"{clock.today().year}340101000009")
    assert refused.value.field == "number"
    assert db.session.get_one(Contract, contract.id).state == "examined"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ({"kind": "licence.patent", "licence_scope": "exclusive"}, "dealt"),
        ({"kind": "transfer.patent", "licence_scope": ""}, "dealt"),
        ({"kind": "licence.patent", "licence_scope": "sole"}, "published"),
    ],
)
def test_what_is_sold_exclusively_leaves_the_market(buyer, seller, text, state):
    listing = make.make_published(make.make_person(seller))
    contract = submitted(buyer, seller, traded=[deals.make_traded(listing=listing)], **text)
    registered(contract)
    assert db.session.get_one(Listing, listing.id).state == state


def test_revoked_takes_the_turnover_back_and_closes_what_hangs_on_it(buyer, seller):
    contract = registered(submitted(buyer, seller))
    one = registrar()
    for reasons, note in (([], "虚假"), (["false_contract"], ""), (["unknown"], "虚假")):
        with pytest.raises(DomainError):
            did(deciding.revoke, one, contract.id, reasons, note)
    did(deciding.revoke, one, contract.id, ["false_contract"], "经查合同虚假")
    assert (contract.state, contract.state_note) == ("revoked", "经查合同虚假")
    assert [entry[0] for entry in entries_of(contract)] == ["register", "revoke"]
    assert sum(entry[1] for entry in entries_of(contract)) == 0
    with pytest.raises(Conflict):
        did(deciding.revoke, one, contract.id, ["false_contract"], "经查合同虚假")


def test_the_examiner_may_also_revoke_but_nobody_of_a_party(buyer, seller):
    examiner = registrar()
    contract = submitted(buyer, seller)
    did(examining.examine, examiner, contract.id, findings(contract))
    did(registering.register, verifier(), contract.id)
    insider = make.actor(make.make_staff(Role.CONTRACT_REGISTRAR, authority=seller))
    with pytest.raises(NotAllowed):
        did(deciding.revoke, insider, contract.id, ["void"], "无效")
    did(deciding.revoke, examiner, contract.id, ["void"], "无效")
    assert contract.state == "revoked"


def test_an_import_is_registered_here_though_its_seller_is_abroad(buyer):
    contract = submitted(buyer, is_import=True)
    assert desk.of(registrar(), contract.id).is_local
    registered(contract)
    assert contract.registration.route == "local"


def test_a_declared_certificate_is_dropped_when_the_contract_turns_out_local(buyer):
    contract = submitted(buyer)
    assert contract.registration.route == "external"
    contract.current.parties[1].division = "341321"
    db.session.commit()
    did(examining.examine, registrar(), contract.id, findings(contract))
    assert (contract.registration.route, contract.registration.number) == ("local", None)


def test_withdrawn_while_the_registrar_looks(buyer, seller):
    contract = submitted(buyer, seller)
    task = task_of(contract).id
    did(confirming.withdraw, agent(buyer), contract.id)
    with pytest.raises(Conflict):
        did(examining.examine, registrar(), contract.id, findings(contract), task)
    deals_attach(contract, "contract_annex")
    assert contract.state == "confirmed"
