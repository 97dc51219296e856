"""Tables of contracts for the tests of import and export."""

from typing import Any

from marketplace.services.deals.ledger.columns import CONTRACT_COLUMNS
from marketplace.services.platform.tables import Column, write_xlsx
from tests import factories

HEADINGS = {column.key: column.heading for column in CONTRACT_COLUMNS}


def row(serial: int, **changes: Any) -> dict[str, Any]:
    """A good row: a firm of the city buys from a university outside it. Values as people type them."""
    values = {
        "number": f"202534010100{serial:04d}",
        "title": f"历史技术合同{serial}",
        "kind": "专利实施许可",
        "licence_scope": "普通许可",
        "signed_on": "2025-03-01",
        "valid_from": "2025-03-01",
        "valid_to": "2028-02-29",
        "amount": "3000000",
        "technical": "2,800,000.00",
        "payment_mode": "一次总付",
        "related_party": "否",
        "rights_involved": "发明专利",
        "field": "新材料及其应用",
        "tags": "主导产业·新材料、重点研发领域·新材料",
        "registry_name": "合肥市技术合同登记处",
        "registered_on": "2025-03-18",
        "buyer_name": "宿州某某公司",
        "buyer_division": "341302",
        "seller_name": "合肥某某大学",
        "seller_uscc": "91340000711771143J",
        "seller_division": "340111",
        "achievement_names": f"历史成果{serial}",
    }
    values["buyer_uscc"] = factories.make_uscc()
    return {**values, **changes}


def workbook(rows: list[dict[str, Any]], keys: list[str] | None = None) -> bytes:
    """Rows as an xlsx whose headings are those of the template, in the order of ``keys``."""
    keys = keys or list(dict.fromkeys(key for each in rows for key in each))
    columns = [Column(key, HEADINGS[key], "text", lambda each, key=key: each.get(key, "")) for key in keys]
    return write_xlsx("合同", columns, rows)
