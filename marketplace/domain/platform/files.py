"""What may be uploaded: types by what the bytes are, and for which purpose which of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from marketplace.domain.text import N_, clean_line

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
TEXT = "text/plain"
CSV = "text/csv"

EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    WEBP: (".webp",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    PPTX: (".pptx",),
    TEXT: (".txt",),
    CSV: (".csv",),
}
"""Every type that can be stored, with its extensions; the first is given to a file that has none of them."""

IMAGES = frozenset({PNG, JPEG, WEBP})
DOCUMENTS = frozenset({PDF, DOCX, XLSX, PPTX, TEXT, CSV})

NAME_LENGTH = 100
_FORBIDDEN_IN_NAMES = set('<>:"/\\|?*')


@dataclass(frozen=True)
class Purpose:
    """What a file is for: which types fit, and how many of them a subject may have."""

    label: str
    types: frozenset[str]
    most: int


PURPOSES: Mapping[str, Purpose] = {
    "licence": Purpose(N_("营业执照或法人证书"), IMAGES | {PDF}, 5),
    "image": Purpose(N_("图片"), IMAGES, 8),
    "attachment": Purpose(N_("附件"), IMAGES | DOCUMENTS, 10),
    "signed_contract": Purpose(N_("签章合同文本"), IMAGES | {PDF}, 10),
    "contract_annex": Purpose(N_("合同附件"), IMAGES | DOCUMENTS, 20),
    "certificate": Purpose(N_("登记证明"), IMAGES | {PDF}, 5),
    "change_paper": Purpose(N_("变更、解除或注销文件"), IMAGES | {PDF}, 10),
    "price_proof": Purpose(N_("本单位协议定价公示证明"), IMAGES | {PDF}, 5),
    "voucher": Purpose(N_("付款凭证"), IMAGES | {PDF}, 5),
    "invoice": Purpose(N_("发票"), IMAGES | {PDF}, 5),
    "case_paper": Purpose(N_("补助申请材料"), IMAGES | {PDF}, 30),
    "examination": Purpose(N_("评审与核查材料"), IMAGES | {PDF}, 20),
    "follow_up": Purpose(N_("绩效报告材料"), IMAGES | DOCUMENTS, 10),
    "inquiry_file": Purpose(N_("询问往来文件"), IMAGES | DOCUMENTS, 5),
    "announcement": Purpose(N_("公告附件"), IMAGES | DOCUMENTS, 10),
    "import": Purpose(N_("导入的表格"), frozenset({XLSX, CSV}), 1),
    "export": Purpose(N_("导出的表格"), frozenset({XLSX, CSV}), 5),
}


def type_words(purpose: str) -> str:
    """Return the extensions of a purpose for people: ``pdf、png、jpg``."""
    types = PURPOSES[purpose].types
    return "、".join(EXTENSIONS[kind][0].removeprefix(".") for kind in EXTENSIONS if kind in types)


def clean_name(name: str, media_type: str) -> str:
    """Return a file name without folders, control and direction characters, with an extension of its type."""
    line = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1])
    line = "".join(char for char in line if char.isprintable() and char not in _FORBIDDEN_IN_NAMES).strip(
        ". "
    )
    path = PurePosixPath(line)
    extensions = EXTENSIONS[media_type]
    known = path.suffix.lower() in extensions
    stem, suffix = (path.stem, path.suffix.lower()) if known else (line, extensions[0])
    return f"{stem[: NAME_LENGTH - len(suffix)].strip('. ') or 'file'}{suffix}"
