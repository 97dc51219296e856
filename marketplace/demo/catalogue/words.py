"""What the demonstration's administrator taught the search: other spellings, and words that nobody looks for."""

from functools import partial

from marketplace.demo.people import ADMIN, People
from marketplace.demo.plan import Plan
from marketplace.services.catalogue.words import editing
from marketplace.services.catalogue.words.editing import Draft

WORDS = (
    (-120, Draft("alias", "锂电", "锂离子电池", "企业常用的简称")),
    (-90, Draft("alias", "双极片", "双极板", "询问中多次出现的写法")),
    (-40, Draft("alias", "植保机", "植保无人机", "农户的叫法")),
    (-40, Draft("stop", "急需", "", "需求标题里常写，搜索时没有区分作用")),
)
"""Day from today, and the word."""


def schedule(plan: Plan, people: People) -> None:
    """Plan every word; the index that is built at the end reads by them."""
    for days, draft in WORDS:
        plan.add(plan.moment(days, "words", draft.text), partial(_write, people, draft))


def _write(people: People, draft: Draft) -> None:
    editing.write(people.actor(ADMIN), draft)
