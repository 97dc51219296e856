"""Step 5 of a contract: the day of signing, the files, the certificate from outside."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.deals.texts import STEPS
from marketplace.domain.errors import DomainError, ValidationFailed
from marketplace.domain.platform.files import PURPOSES
from marketplace.domain.text import N_
from marketplace.forms.base import SiteForm
from marketplace.forms.deals.acts import CertificateForm, ContractFileForm, SignForm
from marketplace.models.deals import Contract
from marketplace.services.deals import contracts, drafts, facts, prices, texts
from marketplace.services.deals.drafts.papers import PURPOSES as KINDS_OF_FILE
from marketplace.services.deals.registry import registering
from marketplace.services.platform import files
from marketplace.services.unit import unit_of_work
from marketplace.web.deals.contract_steps import marks
from marketplace.web.guards import actor, requires
from marketplace.web.limits import UPLOAD

blueprint = Blueprint("contract_papers", __name__, url_prefix="/desk/contracts/<int:contract_id>/edit/papers")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.HANDLE_CONTRACT)
def show(contract_id: int) -> str:
    """Show what is on file, and what is still asked for."""
    return _page(contracts.get_own(actor(), contract_id))


@blueprint.post("/sign")
@requires(Permission.HANDLE_CONTRACT)
def sign(contract_id: int) -> Answer:
    """Record the day of signing."""
    form = SignForm()
    if form.validate():
        try:
            with unit_of_work():
                drafts.sign(actor(), contract_id, form.signed_on.data)
            flash(_("签订日期已保存"), "ok")
            return redirect(url_for(".show", contract_id=contract_id))
        except DomainError as error:
            _take(form, error)
    return _page(contracts.get_own(actor(), contract_id), sign_form=form), 422


@blueprint.post("/files")
@requires(Permission.HANDLE_CONTRACT)
@UPLOAD
def add_file(contract_id: int) -> Answer:
    """Put a file on the contract."""
    form = ContractFileForm().offer(KINDS_OF_FILE)
    try:
        upload = form.file.data
        if not upload or not getattr(upload, "filename", ""):
            raise DomainError("file_missing", N_("请先选择文件"), field="file")
        with unit_of_work():
            drafts.add_file(actor(), contract_id, upload.filename, upload.read(), form.purpose.data or "")
    except DomainError as error:
        _take(form, error)
        return _page(contracts.get_own(actor(), contract_id), file_form=form), 422
    flash(_("文件已添加"), "ok")
    return redirect(url_for(".show", contract_id=contract_id, _anchor="files"))


@blueprint.post("/files/<int:link_id>/remove")
@requires(Permission.HANDLE_CONTRACT)
def remove_file(contract_id: int, link_id: int) -> Response:
    """Take a file off the contract."""
    with unit_of_work():
        drafts.remove_file(actor(), contract_id, link_id)
    flash(_("文件已移除"), "ok")
    return redirect(url_for(".show", contract_id=contract_id, _anchor="files"))


@blueprint.post("/certificate")
@requires(Permission.HANDLE_CONTRACT)
def certificate(contract_id: int) -> Answer:
    """Keep what the certificate from outside says."""
    form = CertificateForm()
    if form.validate():
        try:
            with unit_of_work():
                registering.declare(
                    actor(), contract_id, form.number.data or "", form.registry_name.data or "",
                    form.registered_on.data, form.turnover.data, form.technical.data,
                )  # fmt: skip
            flash(_("登记证明的内容已保存"), "ok")
            return redirect(url_for(".show", contract_id=contract_id, _anchor="certificate"))
        except DomainError as error:
            _take(form, error)
    return _page(contracts.get_own(actor(), contract_id), certificate_form=form), 422


def _take(form: SiteForm, error: DomainError) -> None:
    """Show a refusal in the form; what is no matter of typing goes to its own page."""
    if (
        not isinstance(error, ValidationFailed)
        and error.field is None
        and not error.code.startswith("registered_")
    ):
        raise error
    form.take(error)


def _page(contract: Contract, **forms: Any) -> str:
    return render_template(
        "contract_papers/show.html",
        contract=contract,
        version=contract.current,
        label=STEPS["papers"],
        marks=marks(contract, "papers", texts.faults(contract)) if _writes(contract) else [],
        files=files.links_of("contract", contract.id),
        purposes=PURPOSES,
        is_local=facts.is_local(contract),
        price_missing=prices.must_publish(contract) and not prices.are_public(contract),
        price_url=url_for("price_publications.start", contract_id=contract.id),
        may_change=contract.state in registering.DECLARABLE,
        sign_form=forms.get("sign_form") or SignForm(formdata=None, signed_on=contract.signed_on),
        file_form=forms.get("file_form") or ContractFileForm(formdata=None).offer(_wanted(contract)),
        certificate_form=forms.get("certificate_form") or _declared(contract),
        what_failed=next(iter(forms.values()), None),
    )


def _writes(contract: Contract) -> bool:
    return contract.state == "draft" and contract.organisation_id == actor().organisation_id


def _wanted(contract: Contract) -> tuple[str, ...]:
    """Return the kinds of files that this contract can have at all."""
    needless = {"certificate"} if facts.is_local(contract) else set()
    needless |= set() if prices.must_publish(contract) else {"price_proof"}
    return tuple(purpose for purpose in KINDS_OF_FILE if purpose not in needless)


def _declared(contract: Contract) -> CertificateForm:
    row, version = contract.registration, contract.current
    said: dict[str, Any] = {}
    if version is not None:
        said = {"turnover": version.amount_fen, "technical": version.technical_fen}
    if row is not None:
        said = {
            "number": row.number,
            "registry_name": row.registry_name,
            "registered_on": row.registered_on,
            "turnover": row.turnover_fen,
            "technical": row.technical_fen,
        }
    return CertificateForm(formdata=None, data=said)
