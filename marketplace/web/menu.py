"""Menus as data: the bar, the workbench's side, the foot. Only what exists and what the reader may open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _

from marketplace.domain.access import Actor, Permission, may
from marketplace.domain.text import N_
from marketplace.services.deals.billing import accounts
from marketplace.services.matching.inquiries import waiting as inquiries
from marketplace.services.platform.announcements import publishing as announcements


@dataclass(frozen=True)
class Entry:
    """What may stand in a menu: words, endpoint, the permission it takes, whether the site has it, what waits there."""

    label: str
    endpoint: str
    permission: Permission | None = None
    values: dict[str, Any] = field(default_factory=dict)
    exists: Callable[[], bool] = lambda: True
    count: Callable[[Actor], int] | None = None


@dataclass(frozen=True)
class Item:
    """An entry as the reader sees it; ``active`` when the reader stands in it."""

    label: str
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Group:
    """Some items under a heading."""

    title: str
    links: list[Item]


BAR = (
    Entry(N_("首页"), "home.index"),
    Entry(N_("找成果"), "achievements.index"),
    Entry(N_("找需求"), "demands.index"),
    Entry(N_("技术合同"), "registry_public.index"),
    Entry(N_("成交额"), "turnover.index"),
    Entry(N_("补助政策"), "policies.index"),
    Entry(N_("公示公告"), "announcements.index"),
    Entry(N_("单位"), "organisations.index"),
    Entry(N_("帮助"), "help.index"),
)

DESK: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        N_("我的事项"),
        (
            Entry(N_("工作台"), "desk.index"),
            Entry(N_("我的成果与需求"), "my_listings.index", Permission.CREATE_LISTING),
            Entry(N_("我的匹配"), "watches.index", Permission.CREATE_LISTING),
            Entry(N_("技术合同"), "contracts.index", Permission.CREATE_LISTING),
            Entry(N_("补助申请"), "subsidies.index", Permission.APPLY_SUBSIDY),
            Entry(
                N_("询问"), "inquiries.index", Permission.WORK_IN_ORGANISATION, count=inquiries.unread_count
            ),
            Entry(N_("洽谈"), "negotiations.index", Permission.CREATE_LISTING),
            Entry(N_("线索"), "leads.index", Permission.WORK_AS_BROKER),
            Entry(N_("评审与核查"), "examinations.index", Permission.GIVE_OPINION),
            Entry(N_("收藏"), "favourites.index"),
            Entry(N_("已保存的搜索"), "saved_searches.index"),
            Entry(N_("通知"), "notices.index"),
            Entry(N_("我的纠错"), "corrections.mine"),
        ),
    ),
    (
        N_("单位与账号"),
        (
            Entry(N_("单位资料"), "organisation.index", Permission.WORK_IN_ORGANISATION),
            Entry(N_("成员"), "members.index", Permission.WORK_IN_ORGANISATION),
            Entry(
                N_("在线收款"), "billing_accounts.index", Permission.CREATE_CONTRACT, exists=accounts.is_open
            ),
            Entry(N_("我的账号"), "account.index"),
        ),
    ),
    (
        N_("审核与管理"),
        (
            Entry(N_("管理概览"), "admin.index", Permission.SEE_REVIEW_DESK),
            Entry(N_("审核事项"), "reviews.index", Permission.SEE_REVIEW_DESK),
            Entry(N_("纠错记录"), "correction_desk.index", Permission.SEE_REVIEW_DESK),
            Entry(N_("超时未答的询问"), "overdue_inquiries.index", Permission.OVERSEE_INQUIRIES),
            Entry(N_("补助审核"), "subsidy_register.index", Permission.READ_CASES),
            Entry(N_("付款台账"), "payment_ledger.index", Permission.READ_CONTRACTS),
            Entry(N_("合同台账"), "contract_ledger.index", Permission.READ_CONTRACTS),
            Entry(N_("定额与拨付"), "grant_queue.index", Permission.READ_CASES),
            Entry(N_("成交额目标"), "targets.index", Permission.SET_TARGETS),
            Entry(N_("政策版本"), "policy_versions.index", Permission.READ_POLICIES),
            Entry(N_("申报批次"), "batches.index", Permission.READ_POLICIES),
            Entry(N_("上限合并组"), "cap_groups.index", Permission.READ_CASES),
            Entry(N_("失信名单"), "dishonest.index", Permission.READ_CASES),
            Entry(N_("单位管理"), "registry.index", Permission.READ_ORGANISATIONS),
            Entry(N_("人员管理"), "people.index", Permission.READ_PEOPLE),
            Entry(N_("角色授权"), "grants.index", Permission.READ_GRANTS),
            Entry(N_("领域词表"), "concepts.index", Permission.EDIT_KNOWLEDGE),
            Entry(N_("检索词表"), "search_words.index", Permission.EDIT_KNOWLEDGE),
            Entry(
                N_("公告管理"),
                "announcement_desk.index",
                Permission.WRITE_ANNOUNCEMENT,
                count=announcements.waiting_count,
            ),
            Entry(N_("参数设置"), "settings.index", Permission.READ_SETTINGS),
            Entry(N_("目录与指标"), "city_lists.index", Permission.READ_SETTINGS),
            Entry(N_("工作日历"), "settings.calendar", Permission.READ_SETTINGS),
            Entry(N_("运行状况"), "operations.index", Permission.READ_OPERATIONS),
            Entry(N_("台账导出"), "admin.ledger_list", Permission.EXPORT_LEDGERS),
            Entry(N_("留痕"), "audit.index", Permission.READ_AUDIT),
        ),
    ),
)

FOOT: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        N_("帮助"),
        (
            Entry(N_("一站式办事"), "help.index"),
            Entry(N_("入驻"), "signup.start"),
            Entry(N_("补助进度查询"), "subsidy_progress.show"),
            Entry(N_("纠错答复查询"), "corrections.look_up"),
        ),
    ),
    (
        N_("公开"),
        (
            Entry(N_("需求缺口图"), "gaps.index"),
            Entry(N_("公示公告"), "announcements.index"),
            Entry(N_("补助公示"), "publicities.index"),
            Entry(N_("规划目标"), "plan.index"),
        ),
    ),
    (
        N_("关于"),
        (
            Entry(N_("关于本站"), "home.about"),
            Entry(N_("用户协议"), "legal.document", values={"name": "agreement"}),
            Entry(N_("隐私说明"), "legal.document", values={"name": "privacy"}),
        ),
    ),
)


def bar() -> list[Item]:
    """Return the bar of the site."""
    return list(_items(BAR))


def desk(actor: Actor) -> list[Group]:
    """Return the workbench's side menu for ``actor``; groups without an entry are left out."""
    groups = [Group(_(title), list(_items(entries, actor))) for title, entries in DESK]
    return [group for group in groups if group.links]


def foot() -> list[Group]:
    """Return the links at the foot."""
    return [Group(_(title), list(_items(entries))) for title, entries in FOOT]


def shell_links() -> dict[str, str]:
    """Return the addresses that the frame of every page needs."""
    wanted = {
        "home": "home.index",
        "search": "home.search",
        "login": "sessions.login",
        "join": "signup.start",
        "logout": "sessions.logout",
        "desk": "desk.index",
        "notices": "notices.index",
        "elder": "home.elder",
    }
    return {
        name: url_for(endpoint) for name, endpoint in wanted.items() if endpoint in current_app.view_functions
    }


def _items(entries: Sequence[Entry], actor: Actor | None = None) -> Iterable[Item]:
    here = request.endpoint or ""
    exact = any(entry.endpoint == here for entry in entries)
    for entry in entries:
        if entry.endpoint not in current_app.view_functions or not entry.exists():
            continue
        if entry.permission and (actor is None or not may(actor, entry.permission)):
            continue
        url = url_for(entry.endpoint, **entry.values)
        number = entry.count(actor) if entry.count is not None and actor is not None else None
        yield Item(_(entry.label), url, _stands_in(entry, here, exact), number)


def _stands_in(entry: Entry, here: str, exact: bool) -> bool:
    """Whether the reader is on the entry's page, or on a page of its blueprint that has no entry of its own."""
    if exact:
        return entry.endpoint == here
    noun, _dot, page = entry.endpoint.partition(".")
    return page == "index" and noun == here.partition(".")[0]
