"""Kinds of long jobs: what they are called and who may start them."""

from collections.abc import Mapping
from dataclasses import dataclass

from marketplace.domain.access import Permission
from marketplace.domain.text import N_


@dataclass(frozen=True)
class JobKind:
    """``single``: starting it while one waits or runs gives back that one.

    ``page``: where whoever started it finds what became of it (services/links.py).
    """

    label: str
    permission: Permission
    single: bool = False
    page: str = "job"


JOB_KINDS: Mapping[str, JobKind] = {
    "reindex": JobKind(N_("重建搜索索引"), Permission.RUN_JOBS, single=True),
    "match_refresh": JobKind(N_("重新学习并计算匹配"), Permission.RUN_JOBS, single=True),
    "embed_texts": JobKind(N_("取得语义向量"), Permission.RUN_JOBS, single=True),
    "audit_verify": JobKind(N_("核验留痕链"), Permission.READ_AUDIT, single=True),
    "export_ledger": JobKind(N_("导出台账"), Permission.EXPORT_LEDGERS),
    "export_deals": JobKind(N_("导出合同或支付台账"), Permission.READ_CONTRACTS),
    "check_contracts": JobKind(N_("核对要导入的合同"), Permission.IMPORT_CONTRACTS, page="contract_import"),
    "check_listings": JobKind(N_("核对要导入的成果或需求"), Permission.CREATE_LISTING, page="table_import"),
    "import_listings": JobKind(N_("导入成果或需求"), Permission.CREATE_LISTING, page="table_import"),
    "check_organisations": JobKind(
        N_("核对要导入的单位"), Permission.VERIFY_ORGANISATION, page="table_import"
    ),
    "import_organisations": JobKind(N_("导入单位"), Permission.VERIFY_ORGANISATION, page="table_import"),
    "export_table": JobKind(N_("导出列表"), Permission.WORK_IN_ORGANISATION),
    "import_contracts": JobKind(N_("导入历史合同"), Permission.IMPORT_CONTRACTS, page="contract_import"),
}

MAX_ATTEMPTS = 3
"""A job that lost its worker this often is what kills it: it fails and waits for a person."""
