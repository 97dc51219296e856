"""协议定价公示: a public institution that sells by agreement shows name and price before it signs."""

from sqlalchemy import select

from marketplace.domain.deals.terms import PUBLIC_NATURES
from marketplace.extensions import db
from marketplace.models.deals import Contract, PricePublication
from marketplace.services.platform import files


def must_publish(contract: Contract) -> bool:
    """Return whether the price has to be shown first: a public institution of this site sells by agreement.

    促进科技成果转化法, 第十八条. An institution that is no member publishes at home; its registry looks after that.
    """
    version = contract.current
    if version is None or version.pricing != "agreement":
        return False
    return any(
        party.role == "seller" and party.organisation_id is not None and party.nature in PUBLIC_NATURES
        for party in version.parties
    )


def are_public(contract: Contract) -> bool:
    """Return whether nothing is in the way: no need, a publication that ended in time, or proof of one elsewhere.

    What was shown must be what is sold: a publication of another price than 成交额 does not count.
    """
    if not must_publish(contract) or files.links_of("contract", contract.id, "price_proof"):
        return True
    version = contract.current
    ended = db.session.scalar(
        select(PricePublication.ends_on)
        .where(
            PricePublication.contract_id == contract.id,
            PricePublication.state == "finished",
            PricePublication.price_fen == (version.amount_fen if version is not None else 0),
        )
        .order_by(PricePublication.id.desc())
        .limit(1)
    )
    return ended is not None and (contract.signed_on is None or ended < contract.signed_on)
