"""Where the payment provider tells what happened. No cookies, no session: the signature is the only credential."""

from flask import Blueprint, abort, request
from werkzeug.exceptions import RequestEntityTooLarge

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
def receive() -> tuple[str, int]:
    """Write an event down and answer at once; the worker follows it. Known events are answered just the same."""
    billing = outside().billing
    if billing is None:
        abort(404)
    request.max_content_length = LARGEST_BYTES
    try:
        told = billing.receive(request.get_data(cache=False), request.headers.get("Stripe-Signature", ""))
    except RequestEntityTooLarge:
        return "too large", 413
    except ForgedEvent:
        return "not signed", 400
    try:
        with unit_of_work():
            events.store(told)
    except Conflict:
        pass  # the same event came twice at the same moment: the other one is written down
    return "", 200
