"""Filling in pages of the registry, with the page that answers and its status."""

from typing import Any

from tests.support.client import InspectingClient
from tests.support.inspector import Page


def send(
    client: InspectingClient, address: str, data: dict[str, Any], *, status: int = 200, **options: Any
) -> Page:
    """Fill in the form at ``address`` and send it; return the page that answers with ``status``."""
    answer = client.submit(address, data, **options)
    assert answer.status_code == status, f"{address} answered {answer.status_code}, not {status}"
    return Page(answer.get_data(as_text=True))


def confirm(client: InspectingClient, page: Page, address: str) -> Page:
    """Press the button of a confirmation page; return the page that follows."""
    form = next(one for one in page.forms if "confirmed" in one.names)
    answer = client.post(form.action or address, data=form.values, follow_redirects=True, csrf=False)
    assert answer.status_code == 200, answer.status_code
    return Page(answer.get_data(as_text=True))
