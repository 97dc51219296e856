"""What somebody typed into a page that could not be taken is shown once more, so that it can be copied.

Pages of the signed in are not kept by browsers: going back would find the form empty, or the page to sign in.
"""

from urllib.parse import urlsplit

from flask import request

SHORTEST = 8
"""Characters from which a text is worth keeping; codes and choices are shorter."""
MACHINE_MADE = frozenset({"csrf_token", "base", "next", "request_key"})


def typed_text() -> list[str]:
    """Return the longer texts that a page of this site has just sent; never passwords, never what others sent."""
    if request.method != "POST" or urlsplit(request.referrer or "").netloc != request.host:
        return []
    return [
        text
        for name, text in request.form.items(multi=True)
        if len(text.strip()) >= SHORTEST and name not in MACHINE_MADE and not _is_secret(name)
    ]


def _is_secret(name: str) -> bool:
    return "password" in name or name == "current"
