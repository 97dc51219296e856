"""What the offices keep an eye on: entries of a 失信 list, and achievements that share a patent and so a cap."""

from collections.abc import Callable
from datetime import date, timedelta

from marketplace.demo.deals.contracts import Contracts
from marketplace.domain import clock
from marketplace.extensions import db
from marketplace.models.people import Organisation
from marketplace.models.subsidy import DishonestEntry
from marketplace.services.platform import tables
from marketplace.services.subsidy.registers import dishonest, groups

REVIEWER = "subsidy@kjj.example"
_LISTED, _CONFIRMED = -9, -1
_SOURCE = "国家企业信用信息公示系统（演示）"
_ENTRIES = (("head@chongze.example", 45, None), ("head@xingzhu.example", 420, 150))
"""Login of an enterprise, days since it was listed, and days since it was removed, None where the entry stands."""

_STRANGER = ("91341302DEM070018K", "宿州空壳贸易有限公司（演示）", 210)
_NOTE = "两项成果的合同载明同一发明专利，卖方相同，作为单项成果合并计算上限。"


def schedule(contracts: Contracts, at: Callable[..., None]) -> None:
    """Plan the list, a group that waits for a decision and one that is confirmed; ``at``: (days, do, names)."""

    def take_list() -> None:
        rows = [_entry(contracts, *one) for one in _ENTRIES]
        uscc, name, days = _STRANGER
        rows.append(DishonestEntry(uscc=uscc, name=name, listed_on=_day(days)))
        dishonest.take(
            contracts.people.actor(REVIEWER), _SOURCE, tables.write_csv(dishonest.COLUMNS, rows), write=True
        )

    def confirm() -> None:
        (found,) = groups.propose([contracts.ids["vaccine"]])
        groups.act(contracts.people.actor(REVIEWER), found.id, "confirm", _NOTE)

    at(_LISTED, take_list, "dishonest")
    at(_LISTED, lambda: groups.propose([contracts.ids["onboard"]]), "cap_group", "proposed")
    at(_CONFIRMED, confirm, "cap_group", "confirmed")


def _entry(contracts: Contracts, login: str, listed: int, removed: int | None) -> DishonestEntry:
    actor = contracts.people.actor(login)
    uscc = db.session.get_one(Organisation, actor.organisation_id).uscc
    ended = _day(removed) if removed is not None else None
    return DishonestEntry(
        uscc=uscc, name=actor.organisation_name, listed_on=_day(listed), removed_on=ended
    )  # fmt: skip


def _day(days: int) -> date:
    return clock.today() - timedelta(days=days)
