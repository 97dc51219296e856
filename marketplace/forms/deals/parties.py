"""Step 1 of a contract: buyer and sellers as they are at signing. Shape and wording only."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FormField, HiddenField

from marketplace.domain.deals import terms
from marketplace.domain.deals.texts import MOST_SELLERS, PARTY_LABELS, PartiesData, PartyData, Text
from marketplace.domain.taxonomy import APPLICATION_SECTORS, ORGANISATION_SIZES
from marketplace.domain.text import N_
from marketplace.forms.base import CodeField, LineField, Marked, RegionField
from marketplace.forms.rows import Row, RowList, RowsForm, drop_blank

ALWAYS_SAID = ("country",)
"""Columns of a party that stand at something even where nothing was typed."""


class PartyRow(Row):
    """One party."""

    uscc = LineField(
        _l(PARTY_LABELS["uscc"]),
        [Marked(18)],
        description=_l("18位；对方已在本站认证的，填好后可直接带入资料"),
    )
    name = LineField(_l(PARTY_LABELS["name"]), [Marked(200)], description=_l("与印章上的名称完全一致"))
    country = CodeField(_l(PARTY_LABELS["country"]), terms.COUNTRIES.choices, blank=None, default="CN")
    foreign_number = LineField(
        _l(PARTY_LABELS["foreign_number"]), [Marked(60, needed=False)], description=_l("只有境外单位填写")
    )
    division = RegionField(
        _l(PARTY_LABELS["division"]),
        [Marked()],
        description=_l("证照上住所所在的省、市、区县或园区，用于判断市内、市外；境外单位不选"),
    )
    address = LineField(_l(PARTY_LABELS["address"]), [Marked(200)])
    legal_representative = LineField(_l(PARTY_LABELS["legal_representative"]), [Marked(60)])
    contact_name = LineField(_l(PARTY_LABELS["contact_name"]), [Marked(60)])
    contact_phone = LineField(_l(PARTY_LABELS["contact_phone"]), [Marked(30)])
    contact_email = LineField(
        _l(PARTY_LABELS["contact_email"]),
        [Marked(254, needed=False)],
        description=_l("对方不是本站用户时，确认链接发到这里"),
    )
    postcode = LineField(_l(PARTY_LABELS["postcode"]), [Marked(10, needed=False)])
    nature = CodeField(_l(PARTY_LABELS["nature"]), terms.NATURES.choices, validators=[Marked()])
    size = CodeField(_l(PARTY_LABELS["size"]), ORGANISATION_SIZES.choices, blank=N_("不填"))
    sector = CodeField(_l(PARTY_LABELS["sector"]), APPLICATION_SECTORS.choices, blank=N_("不填"))
    is_transfer_institution = BooleanField(_l("技术转移机构"))
    is_research_institution = BooleanField(_l("研发机构"))
    in_high_tech_zone = BooleanField(_l("高新区内企业"))
    is_listed_company = BooleanField(_l("上市公司"))


class PartiesForm(RowsForm):
    """1 合同各方."""

    version = HiddenField()
    buyer = FormField(PartyRow, _l("买方"))
    sellers = RowList(FormField(PartyRow), _l("卖方"), min_entries=1, max_entries=MOST_SELLERS)

    @classmethod
    def showing(cls, text: Text) -> "PartiesForm":
        """Return the form filled with what the contract says."""
        sellers = [vars(party) for party in text.parties.sellers]
        return cls(formdata=None, data={"buyer": vars(text.parties.buyer), "sellers": sellers})

    def compact(self) -> None:
        """Leave out what was not filled in at all."""
        drop_blank(self.sellers, ALWAYS_SAID)

    @property
    def typed(self) -> PartiesData:
        """What was typed, as plain values."""
        return PartiesData(
            buyer=_party(self.buyer.data), sellers=tuple(_party(entry.data) for entry in self.sellers.entries)
        )


def _party(typed: dict[str, Any]) -> PartyData:
    values: dict[str, Any] = {name: "" if value is None else value for name, value in typed.items()}
    return PartyData(**values)
