"""The demonstration texts are complete, consistent and invented."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from marketplace.demo import material, texts
from marketplace.demo.contents import typing_of
from marketplace.demo.people import PASSWORD
from marketplace.demo.texts import FOLDER, MARK, ListingText, TextFault
from marketplace.domain.access import Role
from marketplace.domain.catalogue import submission, typed
from marketplace.domain.catalogue.content import ITEMS, blank
from marketplace.domain.errors import DomainError
from marketplace.domain.identifiers import uscc_check_character
from marketplace.domain.people.passwords import check_password
from marketplace.domain.regions import FIRST_REVIEW_OFFICES, in_city
from marketplace.domain.taxonomy import CITY_TAGS, NATIONAL_FIELDS
from marketplace.integrations.scanner import sniff

TODAYS = (date(2026, 3, 18), date(2027, 1, 1), date(2028, 2, 29), date(2029, 12, 31))
"""The demonstration must still be sound in years to come."""

FOUND = texts.load()


def versions(listing: ListingText) -> list[dict[str, object]]:
    """Every version of a listing that is ever submitted, as in the file."""
    found = [dict(listing.raw)]
    for edit in (listing.earlier, listing.pending_edit):
        if edit is not None:
            found.append({**listing.raw, **edit.changes})
    return found


def test_there_is_as_much_as_promised() -> None:
    """89 achievements, 53 demands, 12 universities and institutes, 16 enterprises at least."""
    kinds = [listing.kind for listing in FOUND.listings]
    assert (kinds.count("achievement"), kinds.count("demand")) == (89, 53)
    universities = [each for each in FOUND.organisations if each.kind == "university"]
    assert len(universities) == 12
    assert len({in_city(each.division) for each in universities}) == 2
    assert len([each for each in FOUND.organisations if each.kind == "enterprise"]) >= 16


@pytest.mark.parametrize("listing", FOUND.listings, ids=lambda listing: listing.key)
def test_a_text_is_well_formed_and_complete(listing: ListingText) -> None:
    """Numbers, codes, money and dates are read without an error; what is submitted lacks nothing."""
    day = listing.published_days if listing.published_days is not None else listing.submitted_days
    for today, raw in product(TODAYS, versions(listing)):
        taken = typed.take(listing.kind, typing_of(raw, today))
        assert taken.errors == []
        content = {name: blank(item) for name, item in ITEMS[listing.kind].items()} | taken.values
        submitted = today + timedelta(days=(day or 0) - 4)
        name = FOUND.organisation(listing.organisation).name
        missing = submission.check(listing.kind, content, submitted, name)
        assert missing == [] or listing.state == "draft"


def test_every_text_is_written_by_itself() -> None:
    """No title, summary or pain point stands twice."""
    for name in ("title", "summary", "problem", "situation", "advantages"):
        written = [listing.raw[name] for listing in FOUND.listings if name in listing.raw]
        assert len(set(written)) == len(written)


def test_the_subjects_cover_the_plans() -> None:
    """Every national field and every tag of a future industry is used."""
    fields = {listing.raw["field"] for listing in FOUND.listings}
    tags = {tag for listing in FOUND.listings for tag in listing.raw["tags"]}
    assert fields == set(NATIONAL_FIELDS.codes)
    assert {code for code in CITY_TAGS.codes if code.startswith("f")} <= tags


@pytest.mark.parametrize("kind", ["achievement", "demand"])
def test_every_state_is_shown(kind: str) -> None:
    """A newcomer sees each state once."""
    assert {each.state for each in FOUND.listings if each.kind == kind} == set(texts.LISTING_STATES[kind])


def test_every_role_has_somebody() -> None:
    """Each of the fourteen roles is held, and each office has its first reviewer."""
    held = {role for person in FOUND.people for role, _scope in person.grants}
    scopes = {scope for person in FOUND.people for _role, scope in person.grants if scope}
    assert held == set(Role)
    assert scopes == set(FIRST_REVIEW_OFFICES)
    shown = {role for person in FOUND.people if person.show for role, _scope in person.grants}
    assert shown == set(Role)


def test_everything_is_marked_as_invented() -> None:
    """Names carry the mark, addresses end in .example, codes have a body that no registry gives."""
    for organisation in FOUND.organisations:
        assert organisation.name.endswith(MARK)
        assert organisation.email.endswith(".example")
        assert organisation.uscc[8:11] == "DEM"
        assert uscc_check_character(organisation.uscc[:-1]) == organisation.uscc[-1]
    assert all(person.login.endswith(".example") for person in FOUND.people)


def test_secrets_stand_in_the_full_text_alone() -> None:
    """What must not reach the public is really there to be kept."""
    kept = [listing for listing in FOUND.listings if listing.secrets]
    assert {listing.raw["disclosure"] for listing in kept} == {"anonymous", "verified", "admin"}
    for listing in kept:
        full = str(listing.raw) + FOUND.organisation(listing.organisation).name
        public = f"{listing.raw['title']}{listing.raw['summary']}{listing.raw['keywords']}"
        for secret in listing.secrets:
            assert secret in full
            assert secret not in public


def test_the_password_meets_the_rules_for_everybody() -> None:
    """One password for all, and it is neither common nor made of a login."""
    for person in FOUND.people:
        assert check_password(PASSWORD, person.login, person.name) == PASSWORD


@pytest.mark.parametrize("listing", FOUND.listings, ids=lambda listing: listing.key)
def test_files_are_what_they_claim_and_tell_no_secret(listing: ListingText) -> None:
    """Names and captions are open to all; the bytes fit the extension; the same key makes the same file."""
    made = list(material.files_for(listing))
    assert made == list(material.files_for(listing))
    owner = FOUND.organisation(listing.organisation).name
    for name, content, purpose, level, caption in made:
        assert sniff(content, name) == ("image/png" if purpose == "image" else "application/pdf")
        assert not any(secret in name + caption for secret in (owner, *listing.secrets))
        assert listing.kind == "achievement" or listing.raw["disclosure"] == "public" or level != "public"


def test_files_of_every_level_are_there() -> None:
    """公开, 认证单位 and 双方 can all be seen at work."""
    levels = {level for listing in FOUND.listings for _n, _c, _p, level, _t in material.files_for(listing)}
    assert levels == {"public", "verified", "parties"}


BROKEN: dict[str, tuple[str, Callable[[str], str], str]] = {
    "check character": (
        "organisations.toml", lambda text: text.replace("11341300DEM000014C", "11341300DEM0000140"), "校验",
    ),
    "unknown owner": (
        "achievements/01_crops.toml",
        lambda text: text.replace('organisation = "tuohe"', 'organisation = "nobody"', 1),
        "not of the owning organisation",
    ),
    "unknown state": (
        "achievements/01_crops.toml", lambda text: text.replace('state = "draft"', 'state = "sold"')
        .replace('state = "published"', 'state = "sold"', 1), "unknown state sold",
    ),
    "unknown reason": (
        "achievements/04_materials.toml",
        lambda text: text.replace('"maturity_unproven"', '"no_such_reason"'),
        "unknown reasons",
    ),
    "two heads": (
        "people.toml", lambda text: text.replace('standing = "agent"', 'standing = "head"', 1), "exactly one head",
    ),
    "address of somebody real": (
        "people.toml", lambda text: text.replace("head@liyu.example", "head@liyu.com", 1), ".example",
    ),
    "secret told": (
        "demands/02_materials_home_shoes.toml",
        lambda text: text.replace('summary = """\n', 'summary = """\n足迩曜板', 99),
        "the public text tells",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_a_wrong_text_is_refused_and_named(fault: str, tmp_path: Path) -> None:
    """Whoever edits the files learns at once what does not fit."""
    name, spoil, message = BROKEN[fault]
    folder = tmp_path / "texts"
    shutil.copytree(FOLDER, folder)
    path = folder / name
    before = path.read_text(encoding="utf-8")
    path.write_text(spoil(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    with pytest.raises((TextFault, DomainError), match=message):
        texts.read(folder)
