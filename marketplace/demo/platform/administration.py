"""What administrators of the demonstration did: a letter, an account suspended and restored, a list to be confirmed."""

from datetime import timedelta
from functools import partial

from marketplace.demo.people import ADMIN, People
from marketplace.demo.plan import Plan, dice
from marketplace.domain.clock import beijing
from marketplace.extensions import db
from marketplace.models.people import Person
from marketplace.services.people.roster import letters, standing
from marketplace.services.platform import settings
from marketplace.services.platform.lists import terms

POLICY = "policy@kjj.example"
MISTAKEN = "head@huilan.example"
LIST = "list.future_industry"
NEVER_PERCENT = 8
LETTER = (
    "请核对单位联系人和电话（演示）",
    "各入驻单位：\n年底前请登录“单位资料”，核对联系人、电话和住所。资料有变动的请提交变更，审核期间原资料继续有效。\n"
    "如有疑问，请在工作时间拨打平台电话。",
)

DECISIONS = (
    (-9, "suspend", "有人反映联系人已离职，核实前暂停（演示）"),
    (-8, "restore", "已电话核实，本人仍在职（演示）"),
)


def schedule(plan: Plan, people: People) -> None:
    """Plan each act at its day."""
    plan.add(plan.moment(-16, "letter"), partial(_write, people))
    for days, act, note in DECISIONS:
        people.changing(plan.moment(days, "account", act), partial(_decide, people, act, note))
    plan.add(plan.moment(-2, "list"), partial(_propose, plan, people))
    plan.add(plan.moment(-1, "seen"), partial(_seen, plan, people))


def _write(people: People) -> None:
    """A letter to whoever can sign in outside the authority."""
    admin = people.actor(ADMIN)
    outside = {people.person_ids[login] for login in people.person_ids if not login.endswith("kjj.example")}
    letter = letters.write(admin, "demonstration", *LETTER)
    letters.send(admin, letter, outside)


def _decide(people: People, act: str, note: str) -> None:
    person = db.session.get_one(Person, people.person_ids[MISTAKEN])
    standing.MOVES[act](people.actor(ADMIN), person, note)


def _propose(plan: Plan, people: People) -> None:
    """A new industry that waits for a second person."""
    first = (beijing(plan.now).date().replace(day=1) + timedelta(days=32)).replace(day=1)
    present = [(one["code"], one["label"]) for one in settings.get(LIST)]
    terms.propose(people.actor(POLICY), LIST, [*present, ("", "低空经济")], first, "演示：拟增加的产业方向")


def _seen(plan: Plan, people: People) -> None:
    """When each was here last: nobody really signs in to a demonstration before it is opened."""
    for login, person_id in people.person_ids.items():
        chance = dice("seen", login)
        if chance.randrange(100) >= NEVER_PERCENT:
            person = db.session.get_one(Person, person_id)
            moment = plan.moment(-int(chance.expovariate(1 / 18)) - 1, "seen", login)
            person.last_login_at = max(moment, person.created_at)
