"""Where the payment provider tells what happened. No cookies, no session: the signature is the only credential."""

from flask import Blueprint, abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from marketplace.domain.errors import Conflict
from marketplace.extensions import csrf
from marketplace.integrations.billing import ForgedEvent
from marketplace.services.deals.billing import events
from marketplace.services.outside import outside
from marketplace.services.unit import unit_of_work
from marketplace.web.guards import public

blueprint = Blueprint("stripe_webhook", __name__)

LARGEST_BYTES = 256 * 1024


@blueprint.post("/webhooks/stripe")
@public
@csrf.exempt
def receive() -> Response:
    """Write an event down and answer at once; the worker follows it. Known events are answered just the same."""
    billing = outside().billing
    if billing is None:
        abort(404)
    request.max_content_length = LARGEST_BYTES
    try:
        told = billing.receive(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except RequestEntityTooLarge:
        return _answer("too large", 413)
    except ForgedEvent:
        return _answer("not signed", 400)
    try:
        with unit_of_work():
            events.store(told)
    except Conflict:
        pass  # the same event came twice at the same moment: the other one is written down
    return _answer("", 200)


def _answer(words: str, status: int) -> Response:
    """A machine reads it: no page."""
    return Response(words, status, mimetype="text/plain")
