"""Whoever a move concerns hears of it: every move of every table names its notice, or stands here with the reason."""

import re
from pathlib import Path

from marketplace.domain.platform.notices import GROUPS, KINDS
from marketplace.domain.states import MACHINES

SERVICES = Path(__file__).parents[2] / "marketplace" / "services"
STATES = Path(__file__).parents[2] / "marketplace" / "domain" / "states"

OWN_SIDE = "done by the people whom alone it concerns, on a page that says so"
TASK = "it opens or ends somebody's task, and tasks stand on their workbench"
WITH_ANOTHER = "the effect of another move, which tells of both"

SILENT = {
    "contract": {"agree": "the last word needed is told by settle", "examine": TASK, "send_back": TASK,
                 "import": OWN_SIDE, "amend": WITH_ANOTHER},
    "contract_change": {"submit": TASK, "withdraw": OWN_SIDE, "lapse": WITH_ANOTHER},
    "price_publication": {"withdraw": OWN_SIDE, "halt": WITH_ANOTHER},
    "inquiry": {"resume": WITH_ANOTHER, "settle": WITH_ANOTHER},
    "listing": {"publish": WITH_ANOTHER, "unlist": OWN_SIDE, "relist": OWN_SIDE, "reconfirm": OWN_SIDE,
                "solve": OWN_SIDE, "reopen": OWN_SIDE},
    "offer": {"accept": WITH_ANOTHER},
    "lead": dict.fromkeys(("contact", "negotiate", "win", "lose", "fall_back", "reopen"), OWN_SIDE),
    "review_task": {"finish": WITH_ANOTHER, "cancel": WITH_ANOTHER},
    "setting": {"withdraw": OWN_SIDE},
    "invitation": dict.fromkeys(("accept", "revoke", "lapse"), WITH_ANOTHER),
    "announcement": dict.fromkeys(("publish", "discard", "withdraw"), OWN_SIDE),
    "job": {"start": OWN_SIDE, "retry": OWN_SIDE},
    "organisation": {"verify": WITH_ANOTHER},
    "profile": {"adopt": WITH_ANOTHER, "withdraw": OWN_SIDE, "lapse": WITH_ANOTHER, "resubmit": TASK},
    "payment": {"withdraw": OWN_SIDE, "receive": WITH_ANOTHER},
    "payment_evidence": {"withdraw": OWN_SIDE},
    "checkout": dict.fromkeys(("open", "pay", "expire", "fail"), WITH_ANOTHER),
    "revision": {"submit": TASK, "withdraw": OWN_SIDE, "discard": OWN_SIDE},
    "policy_version": {"propose": TASK, "recall": OWN_SIDE, "close": OWN_SIDE, "repeal": OWN_SIDE, "discard": OWN_SIDE},
    "subsidy_case": {"appeal": TASK, "withdraw": OWN_SIDE},
    "recovery": {"deduct": WITH_ANOTHER},
    "follow_up": {"give": TASK},
    "grant_objection": {"dismiss": WITH_ANOTHER, "uphold": WITH_ANOTHER},
    "cap_group": dict.fromkeys(("confirm", "reject", "confirm_member", "reject_member"), OWN_SIDE),
}  # fmt: skip


def test_every_move_names_its_notice_or_stands_here_with_the_reason():
    without = {
        (machine.subject, action)
        for machine in MACHINES.values()
        for (_, action), transition in machine.table.items()
        if transition.notice is None
    }
    assert without == {(subject, action) for subject, actions in SILENT.items() for action in actions}


def test_every_kind_of_notice_is_left_by_somebody():
    named = {
        word
        for folder in (SERVICES, STATES)
        for path in folder.rglob("*.py")
        for word in re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert set(KINDS) - named == set()
    assert {kind.group for kind in KINDS.values()} == set(GROUPS)
