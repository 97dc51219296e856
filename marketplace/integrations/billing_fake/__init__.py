"""A stand-in for the payment provider: a real HTTP server on loopback that answers the calls this site makes.

It keeps the provider's rules (idempotency keys, over-refunds, eight digits, connected accounts, signed events that
come late, twice or in the wrong order), so that the official client and the site cannot tell the difference. It moves
no money, and every page of it says so.
"""

from marketplace.integrations.billing_fake.server import FakeStripe

__all__ = ["FakeStripe"]
