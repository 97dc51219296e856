"""领域词表: the concepts that matching stands on, seen, changed, tried out and retired by administrators."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.errors import DomainError
from marketplace.domain.matching.strengths import STRENGTHS
from marketplace.domain.taxonomy import NATIONAL_FIELDS
from marketplace.domain.text import N_
from marketplace.forms.matching.concepts import ORIGINS, ConceptFilter, ConceptForm, RetireForm
from marketplace.retrieval.matching.strength import LEAST_SHOWN
from marketplace.services.matching.judging import strengths as judging_strengths
from marketplace.services.matching.knowledge import concepts, previewing
from marketplace.services.matching.knowledge.concepts import Draft, Entry
from marketplace.services.matching.telling import shown
from marketplace.services.paging import cut
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("concepts", __name__, url_prefix="/admin/concepts")


@blueprint.app_template_global("concept_origin")
def concept_origin(entry: Entry) -> tuple[str, str]:
    """Tone and words for where a concept comes from."""
    origin = "retired" if entry.retired else entry.origin
    tones = {"shipped": "draft", "changed": "info", "own": "ok", "retired": "warn"}
    return tones[origin], str(_(dict(ORIGINS)[origin]))


@blueprint.get("")
@requires(Permission.EDIT_KNOWLEDGE)
def index() -> str:
    """Show the table, by field, word and origin."""
    form = ConceptFilter(request.args)
    found = concepts.entries(form.field.data or "", form.q.data or "", form.origin.data or "")
    page = cut(found, page_number())
    fields = dict(NATIONAL_FIELDS.choices)
    return render_template("concepts/index.html", form=form, page=page, page_url=page_urls(), fields=fields)


@blueprint.get("/strengths")
@requires(Permission.EDIT_KNOWLEDGE)
def strengths() -> str:
    """Show what each word for a match promises, what came of it, and which threshold outcomes speak for."""
    return render_template(
        "concepts/strengths.html",
        thresholds=judging_strengths.thresholds(),
        rates=shown.rates(),
        proposals=judging_strengths.proposals(),
        needed=LEAST_SHOWN,
        labels=STRENGTHS,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.EDIT_KNOWLEDGE)
def new() -> Any:
    """Add a concept."""
    return _edited(ConceptForm(), None)


@blueprint.route("/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_KNOWLEDGE)
def edit() -> Any:
    """Change a concept, or put a retired one in force again."""
    entry = concepts.get(request.args.get("key", ""))
    concept = entry.concept
    form = ConceptForm(
        version=entry.version, field=concept.field, direction=concept.group, name=concept.name,
        words=" ".join(concept.words),
    )  # fmt: skip
    return _edited(form, entry)


def _edited(form: ConceptForm, entry: Entry | None) -> Response | tuple[str, int]:
    proposed = previewing.proposals(entry.concept) if entry is not None else []
    form.offer(proposed, previewing.demands())
    moved = None
    if form.validate_on_submit():
        try:
            if request.form.get("action") == "preview":
                moved = _preview(form, entry)
            else:
                return _save(form, entry)
        except DomainError as error:
            form.take(error)
    return form_page(
        "concepts/edit.html",
        form,
        entry=entry,
        moved=moved,
        proposed=proposed,
        directions=concepts.directions(),
    )


def _draft(form: ConceptForm) -> Draft:
    words = concepts.with_words(form.words.data or "", form.more.data or [])
    return Draft(
        form.field.data or "", form.direction.data or "", form.name.data or "", words, form.note.data or ""
    )


def _preview(form: ConceptForm, entry: Entry | None) -> list[previewing.Moved]:
    concept = concepts.checked(_draft(form))
    if not form.sample.data:
        raise DomainError("no_sample", N_("请选择一条需求"), field="sample")
    return previewing.preview(entry.key if entry else None, concept, int(form.sample.data))


def _save(form: ConceptForm, entry: Entry | None) -> Response:
    with unit_of_work():
        if entry is None:
            row = concepts.create(actor(), _draft(form))
        else:
            row = concepts.write(actor(), entry.key, _draft(form), form.seen)
        key = row.key
    flash(_("已保存。匹配正在后台重新计算，小站几秒、大站几分钟后见效"), "ok")
    return redirect(url_for(".edit", key=key))


@blueprint.route("/retire", methods=["GET", "POST"])
@requires(Permission.EDIT_KNOWLEDGE)
def retire() -> Any:
    """Take a concept out of the table, after asking."""
    entry, form = concepts.get(request.args.get("key", "")), RetireForm()
    if form.validate_on_submit():
        with unit_of_work():
            concepts.retire(actor(), entry.key, form.note.data or "")
        flash(_("已停用。匹配正在后台重新计算"), "ok")
        return redirect(url_for(".index"))
    return form_page("concepts/retire.html", form, entry=entry)
