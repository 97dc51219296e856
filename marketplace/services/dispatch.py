"""Which service keeps which promise of the outbox."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from marketplace.integrations.billing import BillingUnavailable
from marketplace.integrations.mail import MailServerDown
from marketplace.models.platform import Job
from marketplace.retrieval.index import IndexBusy
from marketplace.retrieval.matching.ownership import MatcherBusy
from marketplace.services import ledgers
from marketplace.services.catalogue import indexing
from marketplace.services.catalogue.exchange import exports
from marketplace.services.catalogue.exchange import jobs as exchange
from marketplace.services.catalogue.saved import news
from marketplace.services.deals.billing import events
from marketplace.services.deals.importing import jobs as importing
from marketplace.services.matching.brokerage import hooks
from marketplace.services.matching.gaps import keeping
from marketplace.services.matching.negotiations import ending
from marketplace.services.matching.ranking import following, learning, meaning
from marketplace.services.matching.telling import found
from marketplace.services.outside import outside
from marketplace.services.platform import audit, longjobs, mailing, outbox
from marketplace.services.platform.outbox import Handler
from marketplace.services.subsidy import opening
from marketplace.services.subsidy.registers import groups
from marketplace.services.unit import unit_of_work


def _reindex(job: Job, progress: longjobs.Progress) -> dict[str, Any]:
    total = indexing.count_documents()
    if job.started_by is None and not outside().index.needs_rebuild():
        # The site asks for it when search words change; another rebuild may have read them already.
        return {"documents": total}
    done = indexing.rebuild(lambda count: progress(count, total))
    if outside().index.needs_rebuild():
        # Search words changed while texts were read: a second start of a single job is the first one.
        done = indexing.rebuild()
    outbox.hasten("index")
    return {"documents": done}


def _verify_audit(_job: Job, _progress: longjobs.Progress) -> dict[str, Any]:
    found = audit.verify()
    return {"links": found.links, "unsealed": found.unsealed, "head": found.head, "fault": found.fault}


def _refresh_matches(_job: Job, progress: longjobs.Progress) -> dict[str, Any]:
    done = learning.refresh(progress)
    outbox.hasten("match")
    return done


WORKS: Mapping[str, longjobs.Work] = {
    "reindex": _reindex,
    learning.JOB: _refresh_matches,
    meaning.JOB: meaning.fetch,
    "audit_verify": _verify_audit,
    "export_ledger": ledgers.export,
    "export_deals": ledgers.export,
    "check_contracts": importing.check,
    "import_contracts": importing.write,
    "check_listings": exchange.check,
    "import_listings": exchange.write,
    "check_organisations": exchange.check,
    "import_organisations": exchange.write,
    "export_table": exports.perform,
}


def perform_jobs() -> int:
    """Perform every long job that waits; return how many."""
    return longjobs.run(WORKS)


def _call_jobs(_payloads: Sequence[dict[str, Any]]) -> None:
    """Long jobs have hands of their own, so that indexing and mail never wait for them."""
    call = outside().call_jobs
    if call is None:
        perform_jobs()
    else:
        call()


def _follow(payloads: Sequence[dict[str, Any]]) -> None:
    with unit_of_work():
        groups.propose({int(payload["contract"]) for payload in payloads})
        opening.follow(payloads)
        hooks.follow(payloads)
        ending.follow(payloads)


def _tell(payloads: Sequence[dict[str, Any]]) -> None:
    listings = {int(key) for payload in payloads for key in payload["listings"]}
    keeping.sync(listings)
    found.consider(listings)


BILLING_PAUSE = timedelta(seconds=30)
MAIL_PAUSE = timedelta(minutes=1)

HANDLERS: Mapping[str, Handler] = {
    # A provider that is silent now is asked again; its events wait, and nothing is given up.
    "billing": Handler(events.follow, together=True, busy=(BillingUnavailable,), pause=BILLING_PAUSE),
    "contract": Handler(_follow, together=True),
    "index": Handler(indexing.index_subjects, together=True, busy=(IndexBusy,)),
    "job": Handler(_call_jobs, together=True),
    "match": Handler(following.follow, together=True, busy=(MatcherBusy,)),
    "news": Handler(news.follow, together=True),
    "tell": Handler(_tell, together=True),
    "mail": Handler(mailing.send, down=(MailServerDown,), pause=MAIL_PAUSE),
}


def drain() -> int:
    """Keep every promise that is due; return how many were tried."""
    return outbox.drain(HANDLERS)
