"""What a case still lacks before it can be submitted, each with the clause's words and where to mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.domain import regions
from marketplace.domain.policy.outcome import Decision
from marketplace.domain.subsidy.clauses import CLAUSES
from marketplace.domain.text import N_, Words
from marketplace.extensions import db
from marketplace.models.subsidy import SubsidyCase
from marketplace.services.platform import files
from marketplace.services.subsidy.applying import declaring, evidence, materials, particulars, terms
from marketplace.services.subsidy.applying.evidence import Sum
from marketplace.services.subsidy.applying.materials import Item
from marketplace.services.subsidy.applying.particulars import DEAD


@dataclass(frozen=True)
class Problem:
    """One thing that is missing or wrong. ``anchor``: the part of the case's page where it is mended.

    ``stop``: nothing the applicant could add here would mend it.
    """

    words: Words
    anchor: str
    stop: bool = False


def problems(case: SubsidyCase) -> list[Problem]:
    """Return what stands between a case and its submission, beside the batch and the policy's force."""
    found = evidence.sum_of(case)
    return problems_with(case, found, materials.checklist(case, found))


def problems_with(case: SubsidyCase, found: Sum | None, items: Sequence[Item]) -> list[Problem]:
    """The same, for a caller who has the sum and the papers already."""
    return [*_sum(case, found), *_particulars(case), *_papers(items), *_words(case), *_twice(case)]


def is_converted(case: SubsidyCase) -> bool:
    """Return whether there is a piece of evidence of 在宿转化应用, or none is asked for (DOMAIN §3, 19)."""
    if all(one.code != "conversion" for one in CLAUSES[case.clause].materials):
        return True
    row = materials.row_of(case, "conversion")
    return bool(files.links_of("case_material", row.id))


def _sum(case: SubsidyCase, found: Sum | None) -> Iterator[Problem]:
    profile = case.organisation.profile
    if profile is None or profile.division not in regions.FIRST_REVIEW_OFFICES:
        yield Problem(Words(N_("单位住所不在本市，没有初审单位")), "conditions", stop=True)
    if found is None or found.outcome.decision in (Decision.GRANTED, Decision.WAITING_BUDGET):
        return
    for reason in found.reasons:
        yield Problem(reason, "sum", stop=True)


def _particulars(case: SubsidyCase) -> Iterator[Problem]:
    if case.traded_id is None and not case.particulars.get("number"):
        yield Problem(Words(N_("填写证书编号、发证日期和认定次数")), "particulars")
    elif case.traded_id is None and particulars.is_used(case, case.particulars["number"]):
        yield Problem(Words(particulars.USED), "particulars")


def _papers(items: Sequence[Item]) -> Iterator[Problem]:
    for item in items:
        if item.open and item.material.code != "unrelated":
            yield Problem(Words(item.material.label), f"material-{item.material.code}")


def _words(case: SubsidyCase) -> Iterator[Problem]:
    if any(declaring.last_of(case, kind) is None for kind in declaring.kinds_of(case)):
        yield Problem(Words(N_("签署承诺和其他补助情况")), "declarations")
    other = declaring.last_of(case, "other_aid")
    if other is not None and other.details.get("aid") == "provincial":
        words = N_("同一合同已取得或申请省级补助，不能重复补助")
        yield Problem(Words(words), "declarations", stop=True)


def _twice(case: SubsidyCase) -> Iterator[Problem]:
    """One buyer, one achievement, one batch: one case."""
    batch = terms.open_batch(case)
    if batch is None:
        return
    others = select(SubsidyCase.id).where(
        SubsidyCase.id != case.id,
        SubsidyCase.clause == case.clause,
        SubsidyCase.organisation_id == case.organisation_id,
        SubsidyCase.traded_id.is_(None)
        if case.traded_id is None
        else SubsidyCase.traded_id == case.traded_id,
        SubsidyCase.batch_id == batch.id,
        SubsidyCase.state.not_in(DEAD),
    )
    if db.session.scalar(select(others.exists())):
        yield Problem(Words(N_("同一事项在这一批次已有一份申请，请在下一批次申报")), "conditions", stop=True)
