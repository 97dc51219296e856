"""Who may enter what people keep, what helps to find, tables in and out (part of tests/web/test_routes.py)."""

from marketplace.domain.access import Role

OWNERS = frozenset({"agent", "manager"})
ALL = OWNERS | {"visitor", "stranger"} | {str(role) for role in Role}
SIGNED_IN = ALL - {"visitor"}
ADMIN = frozenset({"system_admin"})
SOME = None
"""Open to whoever the subject concerns; the tests of that page say who."""

MAY_ENTER_KEPT = {
    "comparison.show": ALL,
    "favourites.index": SIGNED_IN,
    "favourites.note": SOME,
    "favourites.star": SIGNED_IN,
    "notices.mute": SOME,
    "reconfirmations.answer": SOME,
    "reconfirmations.ask": SOME,
    "reconfirmations.confirm": SOME,
    "reconfirmations.index": OWNERS | {"stranger"},
    "saved_searches.ask": SOME,
    "saved_searches.delete": SOME,
    "saved_searches.detail": SOME,
    "saved_searches.index": SIGNED_IN,
    "saved_searches.mute": SOME,
    "saved_searches.new": SOME,
    "search_words.edit": ADMIN,
    "search_words.index": ADMIN,
    "search_words.new": ADMIN,
    "search_words.retire": ADMIN,
    "suggestions.index": ALL,
    "table_exports.create": SIGNED_IN,
    "table_imports.check": OWNERS | {"stranger"},
    "table_imports.index": OWNERS | {"stranger"},
    "table_imports.report": SOME,
    "table_imports.start": SOME,
    "table_imports.template": OWNERS | {"stranger"},
}
