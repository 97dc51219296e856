"""The steps of writing a contract's text, and the last look before it goes out."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.deals.texts import STEPS, place_of, step_of
from marketplace.domain.errors import Conflict, FieldError, ValidationFailed
from marketplace.domain.text import compact
from marketplace.forms.deals.contracts import FORMS
from marketplace.models.deals import Contract, ContractVersion
from marketplace.services.deals import drafts, facts, texts
from marketplace.services.deals.reading import whole
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import only_redraw
from marketplace.web.deals.lists import NAMES, words_of
from marketplace.web.guards import actor, requires
from marketplace.web.numbers import number_in

blueprint = Blueprint("contract_steps", __name__, url_prefix="/desk/contracts/<int:contract_id>")

SAVE: Mapping[str, Callable[..., ContractVersion]] = {
    "parties": drafts.save_parties,
    "subject": drafts.save_subject,
    "money": drafts.save_money,
    "particulars": drafts.save_particulars,
}
"""Step → the service that keeps it."""

KEYS = tuple(SAVE)
STEP = "/edit/<any(parties, subject, money, particulars):key>"

Answer = str | Response | tuple[str, int]


@blueprint.get(STEP)
@requires(Permission.EDIT_CONTRACT)
def step(contract_id: int, key: str) -> Answer:
    """Show a step of the text; ``?check=1`` also says what it still lacks."""
    contract, version = whole.being_written(actor(), contract_id)
    kind: Any = FORMS[key]
    form = kind.showing(texts.text_of(version, actor().organisation_id))
    form.version.data = str(version.version)
    if "check" in request.args:
        form.show([fault for fault in texts.faults(contract) if step_of(fault.field) == key])
    return _page(contract, key, form)


@blueprint.post(STEP)
@requires(Permission.EDIT_CONTRACT)
def save(contract_id: int, key: str) -> Answer:
    """Save a step however incomplete it is, and go where the button says; what is malformed stays in the form."""
    contract, _version = whole.being_written(actor(), contract_id)
    form: Any = FORMS[key]()
    if only_redraw() or {"add_row", "remove_row"} & set(request.form):
        form.change_rows(request.form.get("add_row"), request.form.get("remove_row"))
        return _page(contract, key, form)
    form.compact()
    if not form.validate():
        form.show([])
        return _page(contract, key, form), 422
    try:
        with unit_of_work():
            SAVE[key](actor(), contract_id, form.typed, number_in(form.version.data))
    except ValidationFailed as refused:
        form.show(refused.errors)
        return _page(whole.being_written(actor(), contract_id)[0], key, form), 422
    except Conflict:
        return _stale(contract_id, key, form)
    return _onwards(contract_id, key)


def _stale(contract_id: int, key: str, form: Any) -> Answer:
    """Somebody saved in between: keep what was typed, and let it be saved over the newer text if that is wanted."""
    contract, version = whole.being_written(actor(), contract_id)
    form.version.data = str(version.version)
    return _page(contract, key, form, stale=True), 409


def _onwards(contract_id: int, key: str) -> Response:
    """Go where the button says: the next or former step, the party just looked up, or stay."""
    if "lookup" in request.form:
        _say_found(contract_id, compact(request.form.get(f"{request.form['lookup']}-uscc")))
        return redirect(url_for(".step", contract_id=contract_id, key=key))
    direction = {"next": 1, "back": -1}.get(request.form.get("action", ""), 0)
    place = max(0, KEYS.index(key) + direction)
    if not direction:
        flash(_("已保存，可以随时回来继续填写"), "ok")
    if place == len(KEYS):
        return redirect(url_for("contract_papers.show", contract_id=contract_id))
    return redirect(url_for(".step", contract_id=contract_id, key=KEYS[place]))


def _say_found(contract_id: int, wanted: str) -> None:
    """Say whether ``wanted`` is the USCC of a verified member, whose data has then been taken over."""
    _contract, version = whole.being_written(actor(), contract_id)
    if any(party.organisation_id for party in version.parties if wanted and party.uscc == wanted):
        flash(_("已带入对方认证过的资料"), "ok")
    else:
        flash(_("本站没有这个统一社会信用代码的认证单位，请自行填写各项"), "info")


def _page(contract: Contract, key: str, form: Any, stale: bool = False) -> str:
    version = contract.current
    return render_template(
        "contract_steps/step.html",
        form=form,
        key=key,
        stale=stale,
        contract=contract,
        version=version,
        linked={party.uscc for party in version.parties if party.organisation_id} if version else set(),
        marks=marks(contract, key, texts.faults(contract)),
        label=STEPS[key],
    )


def marks(contract: Contract, here: str, faults: list[FieldError]) -> list[tuple[str, str, str]]:
    """Return the steps for the head of the page: (label, now | done | next, address)."""
    lacking = {step_of(fault.field) for fault in faults}
    found = []
    for key, label in STEPS.items():
        done = facts.is_signed(contract) if key == "papers" else key not in lacking
        found.append(
            (_(label), "now" if key == here else "done" if done else "next", _address(contract.id, key))
        )
    preview = url_for("contract_steps.preview", contract_id=contract.id)
    return [*found, (_("预览与提交"), "now" if here == "preview" else "next", preview)]


def _address(contract_id: int, key: str) -> str:
    if key == "papers":
        return url_for("contract_papers.show", contract_id=contract_id)
    return url_for("contract_steps.step", contract_id=contract_id, key=key)


@blueprint.get("/preview")
@requires(Permission.EDIT_CONTRACT)
def preview(contract_id: int) -> str:
    """Show the whole text as the other side will read it, and everything that is still missing."""
    contract, version = whole.being_written(actor(), contract_id)
    faults = texts.faults(contract)
    return render_template(
        "contract_steps/preview.html",
        contract=contract,
        version=version,
        whole=whole.of_contract(contract),
        signed=facts.is_signed(contract),
        faults=[(fault, place_of(fault.field), _fault_address(contract.id, fault)) for fault in faults],
        marks=marks(contract, "preview", faults),
        names=NAMES,
        words_of=words_of,
    )


def _fault_address(contract_id: int, fault: FieldError) -> str:
    """Return where a fault is mended: the step, at the field."""
    key = step_of(fault.field)
    if key == "papers":
        return _address(contract_id, key)
    anchor = fault.field.replace(".", "-")
    return url_for("contract_steps.step", contract_id=contract_id, key=key, check=1, _anchor=anchor)
