"""检索词表: aliases, words kept whole and stop words, seen, tried, changed and retired by administrators."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.domain.access import Permission
from marketplace.domain.catalogue.search_words import SEARCH_WORD_KINDS
from marketplace.domain.errors import DomainError
from marketplace.forms.catalogue.search_words import (
    WORD_ORIGINS,
    RetireWordForm,
    TrialForm,
    WordFilter,
    WordForm,
)  # fmt: skip
from marketplace.services.catalogue.words import editing
from marketplace.services.catalogue.words.editing import Draft, Entry
from marketplace.services.paging import cut
from marketplace.services.unit import unit_of_work
from marketplace.web.answers import form_page
from marketplace.web.guards import actor, requires
from marketplace.web.paging import page_number, page_urls

blueprint = Blueprint("search_words", __name__, url_prefix="/admin/search-words")

TONES = {"shipped": "draft", "changed": "info", "own": "ok", "retired": "warn"}


@blueprint.app_template_global("word_origin")
def word_origin(entry: Entry) -> tuple[str, str]:
    """Tone and words for where an entry comes from."""
    return TONES[entry.origin], str(_(dict(WORD_ORIGINS)[entry.origin]))


@blueprint.get("")
@requires(Permission.EDIT_KNOWLEDGE)
def index() -> str:
    """Show the words, by kind, spelling and origin, and how a sentence is read by them."""
    form, trial = WordFilter(request.args), TrialForm(request.args)
    found = editing.entries(form.kind.data or "", form.q.data or "", form.origin.data or "")
    return render_template(
        "search_words/index.html",
        form=form,
        trial=trial,
        read=editing.read(trial.sentence.data or ""),
        page=cut(found, page_number()),
        page_url=page_urls(),
        kinds=SEARCH_WORD_KINDS,
        waiting=editing.waiting(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.EDIT_KNOWLEDGE)
def new() -> Any:
    """Add a word."""
    return _edited(WordForm(kind=request.args.get("kind", "")), None)


@blueprint.route("/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_KNOWLEDGE)
def edit() -> Any:
    """Change what an alias means, or put a retired word in force again."""
    entry = _named()
    form = WordForm(
        version=entry.version, kind=entry.word.kind, text=entry.word.text, meaning=entry.word.meaning
    )
    return _edited(form, entry)


def _named() -> Entry:
    return editing.get(request.args.get("kind", ""), request.args.get("word", ""))


def _edited(form: WordForm, entry: Entry | None) -> Response | tuple[str, int]:
    if form.validate_on_submit():
        draft = Draft(
            form.kind.data or "", form.text.data or "", form.meaning.data or "", form.note.data or ""
        )
        try:
            with unit_of_work():
                editing.write(actor(), draft, entry.key if entry else None, form.seen)
        except DomainError as error:
            form.take(error)
        else:
            flash(_("已保存。搜索索引和匹配正在后台按新词表重建，小站几秒、大站几分钟后见效"), "ok")
            return redirect(url_for(".index"))
    return form_page("search_words/edit.html", form, entry=entry, kinds=SEARCH_WORD_KINDS)


@blueprint.route("/retire", methods=["GET", "POST"])
@requires(Permission.EDIT_KNOWLEDGE)
def retire() -> Any:
    """Take a word out of force, after asking."""
    entry, form = _named(), RetireWordForm()
    if form.validate_on_submit():
        with unit_of_work():
            editing.retire(actor(), entry.key, form.note.data or "")
        flash(_("已停用。搜索索引和匹配正在后台重建"), "ok")
        return redirect(url_for(".index"))
    return form_page("search_words/retire.html", form, entry=entry, kinds=SEARCH_WORD_KINDS)
