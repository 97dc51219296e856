"""Reads the demonstration texts: TOML files become plain values; whatever does not fit together is refused."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marketplace.domain import regions
from marketplace.domain.access import Role
from marketplace.domain.errors import DomainError, FieldError, ValidationFailed
from marketplace.domain.identifiers import parse_email, parse_phone, parse_uscc
from marketplace.domain.platform.reasons import REASONS
from marketplace.domain.taxonomy import APPLICATION_SECTORS, DISCLOSURES, ORGANISATION_KINDS

FOLDER = Path(__file__).parent / "texts"
MARK = "（演示）"

ORGANISATION_STATES = ("verified", "pending", "returned")
LISTING_STATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "achievement": (
            "draft", "submitted", "returned", "withdrawn", "published", "unlisted", "taken_down", "expired",
        ),
        "demand": ("draft", "submitted", "returned", "published", "unlisted", "expired", "solved"),
    }
)  # fmt: skip
"""States in which a listing can end, by kind."""

PUBLISHED_ONCE = frozenset({"published", "unlisted", "taken_down", "expired", "solved"})
"""End states that lie behind an approval."""


class TextFault(ValueError):
    """A demonstration text is wrong; the message names the entry and what is wrong with it."""


def told(errors: Iterable[FieldError]) -> str:
    """Return the faults of fields in a line."""
    return "; ".join(f"{each.field}: {each.message} {dict(each.params)}" for each in errors)


def naming(name: str, do: Callable[[], object]) -> Callable[[], None]:
    """Return ``do`` so that whatever is refused raises TextFault with ``name``."""

    def named() -> None:
        try:
            do()
        except ValidationFailed as refused:
            raise TextFault(f"{name}: {told(refused.errors)}") from refused
        except DomainError as refused:
            raise TextFault(f"{name}: {refused.message} {dict(refused.params)}") from refused

    return named


@dataclass(frozen=True)
class Decision:
    """What somebody decided, days from today."""

    days: int
    text: str
    by: str = ""
    reasons: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Edit:
    """A later revision of a published listing.

    ``changes``: only the changed keys, as in the file; of ``earlier`` what they said before.
    """

    state: str
    days: int
    author: str
    note: str
    changes: Mapping[str, Any]
    review: Decision | None = None


@dataclass(frozen=True)
class OrganisationText:
    """An organisation as it signs up, and how its verification ends."""

    key: str
    name: str
    kind: str
    uscc: str
    division: str
    address: str
    legal_representative: str
    contact_name: str
    phone: str
    email: str
    sector: str
    introduction: str
    state: str
    joined_days: int
    size: str = ""
    verified_days: int = 0
    returned: Decision | None = None


@dataclass(frozen=True)
class PersonText:
    """A person with a login; ``standing`` is the model's position: manager or agent."""

    login: str
    name: str
    organisation: str
    standing: str
    position: str
    phone: str
    grants: tuple[tuple[Role, str | None], ...]
    show: str = ""


@dataclass(frozen=True)
class ListingText:
    """An achievement or a demand: its ``raw`` content as in the file, and the days of its life."""

    kind: str
    key: str
    organisation: str
    author: str
    state: str
    raw: Mapping[str, Any]
    created_days: int
    submitted_days: int | None
    published_days: int | None
    confirmed_days: int | None
    review: Decision | None = None
    unlisted: Decision | None = None
    taken_down: Decision | None = None
    solved: Decision | None = None
    earlier: Edit | None = None
    pending_edit: Edit | None = None
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Texts:
    """Everything the demonstration says."""

    organisations: tuple[OrganisationText, ...]
    people: tuple[PersonText, ...]
    listings: tuple[ListingText, ...] = field(default_factory=tuple)

    def organisation(self, key: str) -> OrganisationText:
        """Return an organisation by its key."""
        return next(each for each in self.organisations if each.key == key)

    def head_of(self, key: str) -> PersonText:
        """Return the 负责人 of an organisation."""
        return next(each for each in self.people if each.organisation == key and each.standing == "manager")


@lru_cache(maxsize=1)
def load() -> Texts:
    """Return all demonstration texts, checked. Raises TextFault naming the first entry that is wrong."""
    return read(FOLDER)


def read(folder: Path) -> Texts:
    """Return the texts in ``folder``, checked as by ``load``."""
    organisations = tuple(
        _organisation(raw) for raw in _entries(folder, "organisations.toml", "organisation")
    )
    people = tuple(_person(raw) for raw in _entries(folder, "people.toml", "person"))
    listings = tuple(
        _listing(kind, raw) for kind in LISTING_STATES for raw in _entries(folder, f"{kind}s/*.toml", kind)
    )
    found = Texts(organisations, people, listings)
    _check_references(found)
    return found


def _entries(folder: Path, pattern: str, name: str) -> list[dict[str, Any]]:
    return [
        entry
        for path in sorted(folder.glob(pattern))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))[name]
    ]


def _need(fits: bool, entry: str, fault: str) -> None:
    if not fits:
        raise TextFault(f"{entry}: {fault}")


def _organisation(raw: dict[str, Any]) -> OrganisationText:
    returned = raw.pop("returned", None)
    decision = (
        Decision(returned["days"], returned["text"], reasons=(returned["reason"],)) if returned else None
    )
    made = OrganisationText(**raw, returned=decision)
    _need(made.name.endswith(MARK), made.key, f"the name does not end in {MARK}")
    _need(made.kind in ORGANISATION_KINDS, made.key, f"unknown kind {made.kind}")
    _need(parse_uscc(made.uscc) == made.uscc, made.key, "the USCC is not in its canonical form")
    _need(regions.exists(made.division), made.key, f"unknown division {made.division}")
    _need(made.sector in APPLICATION_SECTORS, made.key, f"unknown sector {made.sector}")
    _need(made.state in ORGANISATION_STATES, made.key, f"unknown state {made.state}")
    _need((made.state == "returned") == (decision is not None), made.key, "returned without a decision")
    if decision:
        _check_reasons(made.key, "organisation", decision)
    parse_phone(made.phone)
    parse_email(made.email)
    return made


def _person(raw: dict[str, Any]) -> PersonText:
    grants = tuple((Role(each["role"]), each.get("scope")) for each in raw.pop("grants"))
    standing = {"head": "manager", "agent": "agent"}[raw.pop("standing")]
    made = PersonText(**raw, standing=standing, grants=grants)
    _need(parse_email(made.login).endswith(".example"), made.login, "the address does not end in .example")
    parse_phone(made.phone)
    return made


def _decision(raw: dict[str, Any] | None) -> Decision | None:
    if raw is None:
        return None
    return Decision(
        days=raw["days"],
        text=raw["text"],
        by=raw.get("reviewer", ""),
        reasons=tuple(raw.get("reasons", ())),
        remarks=tuple((each["field"], each["text"]) for each in raw.get("remarks", ())),
    )


def _edit(raw: dict[str, Any] | None) -> Edit | None:
    if raw is None:
        return None
    own = ("state", "days", "author", "note", "review")
    changes = {key: value for key, value in raw.items() if key not in own}
    return Edit(raw["state"], raw["days"], raw["author"], raw["note"], changes, _decision(raw.get("review")))


_LIFE = (
    "key", "organisation", "author", "state", "created_days", "submitted_days", "published_days",
    "confirmed_days", "review", "unlisted", "taken_down", "solved", "earlier", "pending_edit", "secrets",
)  # fmt: skip


def _listing(kind: str, raw: dict[str, Any]) -> ListingText:
    known = [raw.get(name) for name in ("created_days", "submitted_days", "published_days")]
    made = ListingText(
        kind=kind,
        key=raw["key"],
        organisation=raw["organisation"],
        author=raw["author"],
        state=raw["state"],
        raw={key: value for key, value in raw.items() if key not in _LIFE},
        created_days=raw.get("created_days", min(day for day in known if day is not None) - 9),
        submitted_days=raw.get("submitted_days"),
        published_days=raw.get("published_days"),
        confirmed_days=raw.get("confirmed_days"),
        review=_decision(raw.get("review")),
        unlisted=_decision(raw.get("unlisted")),
        taken_down=_decision(raw.get("taken_down")),
        solved=_decision(raw.get("solved")),
        earlier=_edit(raw.get("earlier")),
        pending_edit=_edit(raw.get("pending_edit")),
        secrets=tuple(raw.get("secrets", ())),
    )
    _check_life(made)
    return made


def _check_life(made: ListingText) -> None:
    _need(made.state in LISTING_STATES[made.kind], made.key, f"unknown state {made.state}")
    published = made.published_days is not None
    _need(published == (made.state in PUBLISHED_ONCE), made.key, "published_days does not fit the state")
    for name in ("unlisted", "taken_down", "solved"):
        _need((getattr(made, name) is not None) == (made.state == name), made.key, f"{name} does not fit")
    _need((made.review is not None) == (made.state == "returned"), made.key, "review does not fit the state")
    edit = made.pending_edit
    _need(edit is None or made.state == "published", made.key, "only what is published has a pending edit")
    for decision in (made.review, edit.review if edit else None):
        if decision:
            _check_reasons(made.key, made.kind, decision)
    if made.kind == "demand":
        _need(made.raw["disclosure"] in DISCLOSURES, made.key, "unknown disclosure")
        public = made.raw["title"] + made.raw["summary"] + "".join(made.raw["keywords"])
        told = [secret for secret in made.secrets if secret in public]
        _need(not told, made.key, f"the public text tells {told}")


def _check_reasons(key: str, kind: str, decision: Decision) -> None:
    unknown = set(decision.reasons) - set(REASONS[kind])
    _need(not unknown, key, f"unknown reasons {sorted(unknown)}")


def _check_references(found: Texts) -> None:
    organisations = {each.key: each for each in found.organisations}
    people = {each.login: each for each in found.people}
    for what, keys in (
        ("organisation", [each.key for each in found.organisations]),
        ("USCC", [each.uscc for each in found.organisations]),
        ("login", [each.login for each in found.people]),
        ("listing", [each.key for each in found.listings]),
    ):
        twice = {key for key in keys if keys.count(key) > 1}
        _need(not twice, what, f"stands twice: {sorted(twice)}")
    for person in found.people:
        _need(person.organisation in organisations, person.login, "unknown organisation")
    for organisation in found.organisations:
        heads = [p for p in found.people if (p.organisation, p.standing) == (organisation.key, "manager")]
        _need(len(heads) == 1, organisation.key, "needs exactly one head")
    for listing in found.listings:
        edits = [each for each in (listing.earlier, listing.pending_edit) if each]
        for author in [listing.author, *(each.author for each in edits)]:
            fits = author in people and people[author].organisation == listing.organisation
            _need(fits, listing.key, f"{author} is not of the owning organisation")
        deciders = (listing.review, listing.taken_down, listing.pending_edit and listing.pending_edit.review)
        for decision in deciders:
            _need(not decision or decision.by in people, listing.key, "unknown reviewer")
