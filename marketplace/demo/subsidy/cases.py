"""The life of each subsidy case of the demonstration, step by step through the services, by whose turn it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from sqlalchemy import select

from marketplace.demo import material
from marketplace.demo import texts as people_texts
from marketplace.demo.deals.contracts import Contracts
from marketplace.demo.plan import dice
from marketplace.demo.subsidy import watchlists
from marketplace.demo.subsidy.scenes import TOGETHER, CaseText, load
from marketplace.demo.texts import TextFault, naming
from marketplace.domain import clock
from marketplace.domain.access import SYSTEM, Actor, Role
from marketplace.domain.money import FEN_PER_WAN
from marketplace.extensions import db
from marketplace.models.subsidy import PublicityRow, Recovery, SubsidyCase
from marketplace.services.subsidy import case_facts, cases, fixing, opening
from marketplace.services.subsidy.applying import (
    accounts,
    declaring,
    evidence,
    materials,
    particulars,
    reports,
    submitting,
)
from marketplace.services.subsidy.granting import (
    approving,
    following,
    objections,
    paying,
    publicity,
    recovering,
)
from marketplace.services.subsidy.granting.paying import Transfer
from marketplace.services.subsidy.granting.recovering import Received
from marketplace.services.subsidy.reviewing import checking, deciding, examinations
from marketplace.services.subsidy.reviewing.deciding import Opinion
from marketplace.services.subsidy.reviewing.examinations import Answer

REVIEWER, PUBLISHER = "subsidy@kjj.example", "publisher@kjj.example"
APPROVER, FINANCE = "approver@kjj.example", "finance@kjj.example"
EXAMINERS = {"expert": "expert@dongling.example", "audit": "auditor@hengjian.example"}


@dataclass
class Cases:
    """Plans the cases; ``ids`` knows them by their keys once they exist."""

    contracts: Contracts
    ids: dict[str, int] = field(default_factory=dict)

    def schedule(self) -> None:
        """Put every step of every case into the plan; what is decided together is planned once for its day."""
        together: dict[tuple[int, str], list[CaseText]] = {}
        for text in load():
            Life(self, text).schedule()
            for step in TOGETHER & set(text.days):
                together.setdefault((text.days[step], step), []).append(text)
        for (day, step), found in sorted(together.items(), key=lambda one: one[0]):
            self.at(day, partial(getattr(self, f"_{step}"), found), step, day)
        watchlists.schedule(self.contracts, self.at)

    def at(self, days: int, do: Callable[[], object], *names: object) -> None:
        """Plan ``do`` for a day; whatever is refused names the case."""

        plan = self.contracts.plan
        plan.add(plan.moment(days, "case", *names), naming(str(names), do))

    def actor(self, login: str) -> Actor:
        """Return a person of the demonstration."""
        return self.contracts.people.actor(login)

    def case(self, text: CaseText) -> SubsidyCase:
        """Return a case that was opened."""
        return db.session.get_one(SubsidyCase, self.ids[text.key])

    def _fix(self, found: list[CaseText]) -> None:
        fixing.fix(self.actor(REVIEWER), [self.ids[text.key] for text in found])

    def _publish(self, found: list[CaseText]) -> None:
        words = "公示期间如有异议，请在本页提出，或与市科技局成果转化科联系（演示）。"
        title = f"{clock.today().year}年{clock.today().month}月拟补助名单公示（演示）"
        publicity.publish(self.actor(PUBLISHER), [self.ids[text.key] for text in found], title, words)

    def _approve(self, found: list[CaseText]) -> None:
        title = f"{clock.today().year}年{clock.today().month}月补助批准单（演示）"
        approving.approve(self.actor(APPROVER), [self.ids[text.key] for text in found], title)


@dataclass
class Life:
    """One case."""

    whole: Cases
    text: CaseText

    def schedule(self) -> None:
        """Put its own steps into the plan."""
        steps: Mapping[str, Callable[[], object]] = {
            "open": self._open, "submit": self._submit, "first": self._pass, "review": self._pass,
            "clear": self._clear, "account": self._account, "pay": self._pay, "withdraw": self._withdraw,
        }  # fmt: skip
        for step, day in self.text.days.items():
            if step not in TOGETHER:
                self._at(day, step, steps[step])
        raw = self.text.raw
        for name, decision in (("returned", "return"), ("refused", "refuse")):
            if name in raw:
                self._at(raw[name][0], name, partial(self._decide, decision, *raw[name][1:]))
        if "appeal" in raw:
            self._at(raw["appeal"][0], "appeal", self._appeal)
        if "answer" in raw:
            self._at(raw["answer"][0], "answer", self._answer)
        if "objection" in raw:
            self._at(raw["objection"][0], "objection", self._object)
        if "experts" in raw:
            self._at(raw["experts"], "experts", self._ask)
        if "audited" in raw:
            self._at(raw["audited"][0], "audited", self._audit)
        if "follow" in raw:
            self._at(raw["follow"], "follow", self._follow)
        if "report" in raw:
            self._at(self._after_the_year(), "report", self._close)
        if "repaid" in raw:
            self._at(raw["repaid"][0], "repaid", self._repaid)

    def _at(self, days: int, step: str, do: Callable[[], object]) -> None:
        self.whole.at(days, do, self.text.key, step)

    def _after_the_year(self) -> int:
        """Return the day, counted from today, on which the report on the year of the payout is given."""
        today = clock.beijing(self.whole.contracts.plan.now).date()
        paid = today + timedelta(days=self.text.days["pay"])
        return (date(paid.year + 1, 1, 20) - today).days

    @property
    def _case(self) -> SubsidyCase:
        return self.whole.case(self.text)

    @property
    def _applicant(self) -> Actor:
        return self.whole.actor(people_texts.load().head_of(self.text.enterprise).login)

    def _office(self) -> Actor:
        """Return who decides the present step: 初审 at the office of the applicant's domicile, else the city."""
        if self._case.state != "first_review":
            return self.whole.actor(REVIEWER)
        wanted = (Role.SUBSIDY_FIRST_REVIEWER, self._case.office)
        return self.whole.actor(next(one.login for one in people_texts.load().people if wanted in one.grants))

    def _paper(self, code: str, name: str) -> tuple[str, bytes]:
        lines = [f"{name}（演示）", self._case.organisation.name, cases.title_of(self._case), self.text.key]
        return f"{name}（演示）.pdf", material.document([*lines, "本文件为演示材料，内容均为虚构。", code])

    # --- applying -----------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if "certificate" in self.text.raw:
            self.whole.ids[self.text.key] = opening.open_for_certificate(self._applicant, "high_tech").id
            return
        version = self.whole.contracts.text(self.text.raw["contract"])
        self._follow()
        query = select(SubsidyCase.id).where(
            SubsidyCase.traded_id == version.lines[0].traded_id,
            SubsidyCase.organisation_id == self._applicant.organisation_id,
            SubsidyCase.state == "draft",
        )
        self.whole.ids[self.text.key] = db.session.scalars(query).one()

    def _follow(self) -> None:
        """Do what the worker does when it hears of a contract and its money."""
        opening.follow([{"contract": self.whole.contracts.ids[self.text.raw["contract"]]}])

    def _submit(self) -> None:
        actor, case_id, raw = self._applicant, self._case.id, self.text.raw
        if "certificate" in raw:
            serial, again, days = raw["certificate"]
            day = self.whole.contracts.day(days)
            particulars.write(actor, case_id, f"GR{day.year}34{serial:06d}", day, again)
        for item in materials.checklist(self._case, evidence.sum_of(self._case)):
            code = item.material.code
            if code == "conversion" or (item.open and code not in ("sheet", "unrelated", "invoice")):
                materials.upload(actor, case_id, code, [self._paper(code, item.material.label)])
        if "waived" in raw:
            materials.waive(actor, case_id, "invoice", raw["waived"])
        declaring.declare(actor, case_id, declaring.Declared(True, True, "none", "", actor.name or ""))
        submitting.submit(actor, case_id)

    def _account(self) -> None:
        number = f"6217{dice('account', self.text.key).randrange(10**12, 10**13)}"
        accounts.confirm(
            self._applicant, self._case.id, "徽商银行宿州分行营业部", self._case.organisation.name, number
        )

    def _withdraw(self) -> None:
        submitting.withdraw(self._applicant, self._case.id)

    def _appeal(self) -> None:
        submitting.appeal(self._applicant, self._case.id, self.text.raw["appeal"][1])

    # --- reviewing ----------------------------------------------------------------------------------------------

    def _pass(self) -> None:
        actor, case = self._office(), self._case
        found = materials.checklist(case, evidence.sum_of(case))
        checking.check_off(actor, case.id, [one.material.code for one in found if one.state != "missing"])
        deciding.decide(actor, case.id, "pass", Opinion(note="材料齐全，与系统记录一致，同意。"))

    def _decide(self, decision: str, grounds: list[str], part: str, remark: str, words: str) -> None:
        deciding.decide(self._office(), self._case.id, decision, Opinion(grounds, words, {part: remark}))

    def _answer(self) -> None:
        opinion = Opinion(["no_new_facts"], self.text.raw["answer"][1])
        deciding.decide(self.whole.actor(APPROVER), self._case.id, "dismiss", opinion)

    def _ask(self) -> None:
        for kind, login in EXAMINERS.items():
            person_id = self.whole.actor(login).person_id or 0
            examinations.assign(self.whole.actor(REVIEWER), self._case.id, kind, person_id)

    def _audit(self) -> None:
        """The auditor answers; the expert has said that nothing stands in the way, and no more."""
        asked = {one.kind: one for one in self._case.examinations}
        for kind, login in EXAMINERS.items():
            examinations.declare(self.whole.actor(login), asked[kind].id, conflict=False)
        auditor = self.whole.actor(EXAMINERS["audit"])
        examinations.add_file(auditor, asked["audit"].id, *self._paper("audit", "专项审计报告"))
        examinations.give(auditor, asked["audit"].id, Answer(self.text.raw["audited"][1]))

    # --- granting -----------------------------------------------------------------------------------------------

    def _line(self) -> PublicityRow:
        return publicity.newest_rows([self._case.id])[self._case.id]

    def _clear(self) -> None:
        """The morning after the last day, as the worker's chore would."""
        if self._line().ends_on >= clock.today():
            raise TextFault(f"{self.text.key}: the publication runs until {self._line().ends_on}")
        cases.act(SYSTEM, self._case, "clear", case_facts.facts_of(self._case, SYSTEM))

    def _object(self) -> None:
        row, words = self._line(), self.text.raw["objection"][1]
        objections.object_to(row.publicity_id, row.id, "贺某（演示）", "13000000999", words)

    def _pay(self) -> None:
        case = self._case
        serial = f"{clock.today():%Y%m%d}{dice('payout', self.text.key).randrange(10**6, 10**7)}"
        papers = [self._paper("voucher", "国库支付凭证")]
        transfer = Transfer(case.fixed_fen, clock.today(), "TREASURY", serial, papers)
        paying.pay(self.whole.actor(FINANCE), case.id, transfer)

    def _close(self) -> None:
        """Give the one report that was asked for then, have it accepted, and close the case."""
        reviewer, (words, wan, jobs) = self.whole.actor(REVIEWER), self.text.raw["report"]
        for row in reports.of_case(self._case):
            reports.give(self._applicant, self._case.id, row.year, words, wan * FEN_PER_WAN, jobs)
            following.accept(reviewer, self._case.id, row.year)
        following.close(reviewer, self._case.id)

    def _repaid(self) -> None:
        _day, wan = self.text.raw["repaid"]
        query = select(Recovery).where(Recovery.case_id == self._case.id, Recovery.state == "open")
        row = db.session.scalars(query).one()
        serial = f"{dice('repaid', self.text.key).randrange(10**11, 10**12)}"
        received = Received(round(wan * FEN_PER_WAN), clock.today(), "HSB", serial)
        recovering.record(self.whole.actor(FINANCE), row.id, received)
