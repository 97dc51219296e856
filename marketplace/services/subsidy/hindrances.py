"""Why a step of a case cannot be taken now: the precise reason, what mends it, and clause, source and version.

One table for what a page says before a button is pressed, for the refusal after it, and for the lists of batches.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from marketplace.domain import clock
from marketplace.domain.access import Actor
from marketplace.domain.errors import Conflict, DomainError, NotAllowed
from marketplace.domain.money import format_yuan
from marketplace.domain.states import SUBSIDY_CASE, Transition
from marketplace.domain.subsidy.hindrances import REMEDIES
from marketplace.domain.text import N_, Words
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.subsidy import case_facts, cases
from marketplace.services.subsidy.applying import lacking, terms
from marketplace.services.subsidy.granting import recovering, standing
from marketplace.services.subsidy.registers import dishonest
from marketplace.services.subsidy.reviewing import examinations

SHOWN = 5


@dataclass(frozen=True)
class Hindrance:
    """What is missing for a step. ``basis``: document, clause and version; ``path``: where the desk mends it."""

    fact: str
    words: Words
    remedy: str
    basis: str
    path: str


def of(case: SubsidyCase, action: str, actor: Actor) -> list[Hindrance]:
    """Return what keeps ``action`` from a case now, in the order of its guards; none where nothing does."""
    transition = SUBSIDY_CASE.table.get((case.state, action))
    if transition is None:
        return []
    held = case_facts.facts_of(case, actor)
    return [_explained(case, guard.fact) for guard in transition.guards if guard.fact not in held]


def act(
    actor: Actor, case: SubsidyCase, action: str, reasons: Iterable[str] = (), note: str = ""
) -> Transition:
    """Move a case as ``cases.act`` does, by the facts that hold now; a guard that fails is told with all it rests on.

    Raises what ``check`` raises.
    """
    return cases.act(actor, case, action, check(actor, case, action), reasons, note)


def check(actor: Actor, case: SubsidyCase, action: str) -> frozenset[str]:
    """Return the facts that hold. Raises NotAllowed, Conflict, or DomainError ``guard_<fact>`` where one is missing."""
    held = case_facts.facts_of(case, actor)
    try:
        SUBSIDY_CASE.decide(case.state, action, actor, cases.subject_of(case, held))
    except (NotAllowed, Conflict):
        raise
    except DomainError as refused:
        raise refusal(case, refused.code.removeprefix("guard_")) from refused
    return held


def refusal(case: SubsidyCase, fact: str) -> DomainError:
    """Return the refusal for a missing fact: reason, remedy, clause, source and version in one sentence."""
    found = _explained(case, fact)
    return DomainError(
        f"guard_{fact}",
        N_("%(why)s。%(remedy)s（依据：%(basis)s）"),
        field=REMEDIES[fact].field or None,
        why=_filled(found.words),
        remedy=found.remedy,
        basis=found.basis,
    )


def in_one_line(found: Hindrance) -> str:
    """Return a hindrance as one line of a table to take away."""
    return f"{_filled(found.words)}（{found.basis}）"


def _explained(case: SubsidyCase, fact: str) -> Hindrance:
    remedy = REMEDIES[fact]
    path = remedy.path % case.id if "%d" in remedy.path else remedy.path
    return Hindrance(fact, _WHY[fact](case), remedy.words, _basis(case, remedy.cites), path)


def _filled(words: Words) -> str:
    return words.message % words.params if words.params else words.message


def _basis(case: SubsidyCase, cites: str) -> str:
    version = terms.version_of(case)
    if version is None:
        return "政策版本未定"
    quoted = f"“{cites}”" if cites and cites in version.words else ""
    return f"{version.document}{version.item}{quoted}，第{version.ordinal}版"


def _ready(case: SubsidyCase) -> Words:
    found = lacking.problems(case)
    names = "、".join(_filled(one.words) for one in found[:SHOWN])
    return Words(N_("申请还差%(count)d项：%(names)s"), {"count": len(found), "names": names})


def _in_force(case: SubsidyCase) -> Words:
    version, today = terms.version_of(case), clock.today()
    if version is None:
        return Words(N_("还没有可用的政策版本"))
    if version.state == "repealed":
        return Words(N_("政策第%(n)d版已废止"), {"n": version.ordinal})
    if version.state != "effective":
        return Words(N_("政策第%(n)d版还是草案，只能测算和准备草稿"), {"n": version.ordinal})
    if version.valid_from is not None and today < version.valid_from:
        day = version.valid_from.isoformat()
        return Words(N_("政策第%(n)d版自%(day)s起才有效"), {"n": version.ordinal, "day": day})
    day = version.valid_to.isoformat() if version.valid_to is not None else ""
    return Words(N_("政策第%(n)d版的有效期已于%(day)s届满"), {"n": version.ordinal, "day": day})


def _batch_open(case: SubsidyCase) -> Words:
    coming = terms.window_of(case).coming
    if coming is None:
        return Words(N_("现在没有开放的申报批次，也还没有公布下一批次"))
    told = {"title": coming.title, "day": coming.apply_from.isoformat()}
    return Words(N_("现在没有开放的申报批次，下一批次“%(title)s”%(day)s开放"), told)


def _trustworthy(case: SubsidyCase) -> Words:
    rows = dishonest.listed(case.organisation.uscc, clock.today())
    named = "；".join(f"{row.source}，{row.listed_on.isoformat()}列入" for row in rows[:SHOWN])
    return Words(N_("申请单位在失信名单上（%(named)s）"), {"named": named})


def _examined(case: SubsidyCase) -> Words:
    given = {one.kind for one in case.examinations if one.given_at is not None}
    asked = {
        one.kind for one in case.examinations if one.given_at is None and one.conflict is not True
    } - given
    steps = case.batch.steps if case.batch is not None else []
    names = "、".join(
        f"{label}（已请人，尚未提交）" if kind in asked else f"{label}（还没有请人）"
        for kind, label in examinations.LABELS.items()
        if kind in steps and kind not in given
    )
    return Words(N_("批次要求的%(names)s还没有完成"), {"names": names})


def _in_appeal_time(case: SubsidyCase) -> Words:
    until = terms.appeal_until(case)
    day = until.isoformat() if until is not None else "—"
    return Words(N_("陈述申辩的期限到%(day)s为止，已经过了"), {"day": day})


def _no_objection(case: SubsidyCase) -> Words:
    return Words(N_("还有%(count)d件异议没有处理"), {"count": standing.open_objections(case)})


def _unburdened(case: SubsidyCase) -> Words:
    rows = standing.burdens(case)
    named = "、".join(
        f"{row.case.number}尚欠{format_yuan(recovering.standing_of(row).left_fen)}元" for row in rows[:SHOWN]
    )
    return Words(N_("此笔补助使用了尚在追回的额度（%(named)s）"), {"named": named})


def _reported(case: SubsidyCase) -> Words:
    years = "、".join(str(year) for year in case_facts.unaccepted_years(case))
    return Words(N_("%(years)s年度的绩效报告还没有验收"), {"years": years})


def _guard_words(fact: str) -> Callable[[SubsidyCase], Words]:
    messages = {guard.fact: guard.message for each in SUBSIDY_CASE.table.values() for guard in each.guards}
    return lambda _case: Words(messages[fact])


_WHY: Mapping[str, Callable[[SubsidyCase], Words]] = {
    **{fact: _guard_words(fact) for fact in REMEDIES},
    "ready": _ready,
    "in_force": _in_force,
    "batch_open": _batch_open,
    "trustworthy": _trustworthy,
    "examined": _examined,
    "in_appeal_time": _in_appeal_time,
    "no_objection": _no_objection,
    "unburdened": _unburdened,
    "reported": _reported,
}
"""Fact → why it does not hold for a case."""
