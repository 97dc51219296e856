"""The guided form by real requests: nothing typed is lost, nothing malformed is stored."""

import json
from io import BytesIO
from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.models.catalogue import AchievementRevision, Listing, Revision
from marketplace.models.people import Person
from marketplace.services.catalogue import listings, revisions
from marketplace.services.unit import unit_of_work
from tests import factories
from tests.support.inspector import Page

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def owner() -> Person:
    """Somebody of a verified university."""
    return factories.make_person(factories.make_organisation("university"))


@pytest.fixture
def visitor(owner: Person, login: Any) -> Any:
    """The owner's browser."""
    return login(owner)


def begin(owner: Person, kind: str = "achievement") -> int:
    """Begin an empty listing, return its id."""
    with unit_of_work():
        return listings.create(factories.actor(owner), kind).id


def draft(listing_id: int) -> Any:
    """Return the revision in work, read afresh."""
    db.session.expire_all()
    revision = revisions.in_work(db.session.get_one(Listing, listing_id))
    assert revision is not None
    return revision


def address(listing_id: int, key: str) -> str:
    """Return the address of a step."""
    return f"/desk/listings/{listing_id}/edit/{key}"


ACHIEVEMENT_STEPS: dict[str, dict[str, Any]] = {
    "basics": {
        "title": "低温快速腐熟秸秆菌剂",
        "benefit": "10℃下40天秸秆降解55%",
        "summary": "面向黄淮南片秋冬低温期的秸秆还田，菌剂在十摄氏度仍保持活性，配套撒施规程，已在三个县应用两季。",
        "keywords": "秸秆、菌剂",
        "field": "09",
        "completed_by": "甲大学\n乙研究所",
        "registration_number": "9342023y0123",
        "research_from": "2022-01-01",
        "research_to": "2024-12-31",
    },
    "technology": {
        "problem": "秋冬气温低，秸秆还田后腐熟慢，影响下茬出苗，农户不得不打捆离田，每亩多花四十元。",
        "advantages": "不需要翻堆，不改变现有农机作业，菌种经过田间驯化，低温下仍能繁殖，成本低于离田费用。",
        "metrics-0-indicator": "40天降解率",
        "metrics-0-current": "20%",
        "metrics-0-achieved": "55%",
        "maturity": "generic:7",
        "maturity_proof": "三县两季大田试验",
        "stage": "middle",
        "attribute": "original",
        "forms": ["product"],
        "level": "unrated",
        "evaluation": "none",
    },
    "rights": {
        "ip_rights-0-ip_type": "invention",
        "ip_rights-0-number": "ＺＬ201310699744.2",
        "ip_rights-0-status": "valid",
        "ip_rights-0-owner": "甲大学",
        "team": "张三、李四",
    },
    "terms": {
        "ways": ["ordinary", "service"],
        "pricing": "listing",
        "price_fen": "１２.5",
        "price_unit": "万元",
        "contact_name": "王五",
        "contact_phone": "0557-3024567",
    },
}


def test_an_achievement_is_filled_in_step_by_step_and_submitted(owner: Person, visitor: Any) -> None:
    """From the first page to the number, by buttons alone."""
    answer = visitor.submit("/desk/listings/new/achievement", form="begin")
    assert Page(answer.text).h1 == "基本信息"
    listing_id = db.session.query(Listing.id).scalar()
    for key, typed in ACHIEVEMENT_STEPS.items():
        answer = visitor.submit(address(listing_id, key), typed, form="step", button="action=next")
        assert answer.status_code == 200, key
    last = Page(answer.text)
    assert last.h1 == "附件、声明与提交"
    assert "内容已填写完整" in last.text
    answer = visitor.submit(
        address(listing_id, "submit"),
        {"no_secret": "y", "rights_owned": "y"},
        form="submission",
        button="action=submit",
    )
    assert "已提交审核，编号SZ-A-00001" in Page(answer.text).text
    revision = db.session.get_one(AchievementRevision, draft(listing_id).id)
    assert (revision.state, revision.price_fen, revision.registration_number) == (
        "submitted", 12_500_000, "9342023Y0123",
    )  # fmt: skip
    assert [right.number for right in revision.ip_rights] == ["201310699744.2"]
    assert revision.completed_by == ["甲大学", "乙研究所"]


def test_a_demand_is_filled_in_and_its_anonymity_checked(owner: Person, visitor: Any) -> None:
    """The public text must not tell who; the fault is listed with a link, and shown at its field."""
    name = db.session.get_one(Listing, begin(owner, "demand")).organisation.name
    listing_id = factories.make_draft(
        owner,
        "demand",
        disclosure="anonymous",
        summary=f"{name}寻求无醛胶，不改产线，胶合强度不低于零点七兆帕，成本增加不超过两成。",
    ).id
    page = visitor.page(address(listing_id, "submit"))
    assert "读者能由此认出贵单位" in page.text
    link = next(link for link in page.links if "check=1" in link)
    assert link == f"{address(listing_id, 'disclosure')}?check=1#summary"
    assert "读者能由此认出贵单位" in visitor.page(link.partition("#")[0]).text
    visitor.submit(
        address(listing_id, "disclosure"),
        {
            "disclosure": "anonymous",
            "summary": "寻求无醛胶，不改产线，胶合强度不低于零点七兆帕，成本增加不超过两成，半年内供样。",
        },
        form="step",
        button="action=save",
    )
    assert "内容已填写完整" in visitor.page(address(listing_id, "submit")).text


@pytest.mark.parametrize(
    ("key", "typed", "field", "words"),
    [
        ("basics", {"title": "长" * 10_000}, "title", "最多100个字，您填了10000个字"),
        ("basics", {"registration_number": "123"}, "registration_number", "应为12位"),
        ("basics", {"research_from": "2024-02-30"}, "research_from", "日历上没有这一天"),
        ("terms", {"price_fen": "-1"}, "price_fen", "金额不能为负数"),
        ("terms", {"price_fen": "0.0000001"}, "price_fen", "最多填写6位小数"),
        ("terms", {"contact_phone": "12345"}, "contact_phone", "手机号应为11位"),
        (
            "rights",
            {"ip_rights-0-ip_type": "invention", "ip_rights-0-number": "201310699744.X"},
            "ip_rights-0-number",
            "校验位应为2",
        ),
    ],
)
def test_malformed_text_stays_in_the_form_and_the_rest_is_saved(
    owner: Person, visitor: Any, key: str, typed: dict[str, str], field: str, words: str
) -> None:
    """The error stands at its field and on top; what was well-formed is stored."""
    listing_id = begin(owner)
    other = {"basics": ("benefit", "效益"), "terms": ("contact_name", "王五"), "rights": ("team", "张三")}[
        key
    ]
    answer = visitor.submit(
        address(listing_id, key),
        {**typed, other[0]: other[1]},
        form="step",
        button="action=next",
        follow=False,
    )
    page = Page(answer.text)
    assert answer.status_code == 422
    assert f"#{field}" in page.links
    assert words in page.text
    form = next(form for form in page.forms if form.element.get("id") == "step")
    assert form.values[field] == [typed[field]]
    stored = getattr(draft(listing_id), other[0])
    assert stored in (other[1], [other[1]])
    # The corrected form goes through: what was stored meanwhile is not taken for somebody else's.
    again = {name: values for name, values in form.values.items() if name != field}
    assert visitor.post(address(listing_id, key), data={**again, "action": "save"}).status_code == 302


def test_control_characters_are_dropped_and_emoji_kept(owner: Person, visitor: Any) -> None:
    """NUL reaches neither the database nor the page."""
    listing_id = begin(owner)
    visitor.post(address(listing_id, "basics"), data={"title": "菌\x00剂🌾", "action": "save"})
    assert draft(listing_id).title == "菌剂🌾"
    assert "菌剂🌾" in visitor.page(address(listing_id, "basics")).text


def test_rows_are_added_and_removed_without_scripts(owner: Person, visitor: Any) -> None:
    """The buttons send the form; nothing is stored, nothing typed is lost."""
    listing_id = begin(owner, "demand")
    answer = visitor.submit(
        address(listing_id, "targets"),
        {"metrics-0-indicator": "甲醛", "metrics-0-target": "未检出"},
        form="step",
        button="add_row=metrics",
    )
    (form,) = [form for form in Page(answer.text).forms if form.element.get("id") == "step"]
    assert form.values["metrics-0-target"] == ["未检出"]
    assert form.values["metrics-1-target"] == [""]
    assert draft(listing_id).metrics == []
    typed = {**form.values, "metrics-1-indicator": "强度", "metrics-1-target": "0.7"}
    answer = visitor.post(address(listing_id, "targets"), data={**typed, "remove_row": "metrics-0"})
    (form,) = [form for form in Page(answer.text).forms if form.element.get("id") == "step"]
    assert form.values["metrics-0-indicator"] == ["强度"]
    assert "metrics-1-indicator" not in form.values
    visitor.post(address(listing_id, "targets"), data={**form.values, "action": "save"})
    assert draft(listing_id).metrics == [{"indicator": "强度", "present": "", "target": "0.7"}]


def test_buttons_lead_back_and_forth_and_always_save(owner: Person, visitor: Any) -> None:
    """上一步 keeps what was typed, too."""
    listing_id = begin(owner)
    answer = visitor.submit(
        address(listing_id, "technology"),
        {"problem": "难题"},
        form="step",
        button="action=back",
        follow=False,
    )
    assert answer.location == address(listing_id, "basics")
    assert draft(listing_id).problem == "难题"
    answer = visitor.submit(address(listing_id, "basics"), form="step", button="action=save", follow=False)
    assert answer.location == address(listing_id, "basics")


def test_fields_that_were_not_sent_are_left_alone(owner: Person, visitor: Any) -> None:
    """A cut-off request wipes nothing."""
    listing_id = factories.make_draft(owner).id
    visitor.post(address(listing_id, "technology"), data={"problem": "只送来这一项", "action": "save"})
    revision = draft(listing_id)
    assert revision.problem == "只送来这一项"
    assert len(revision.metrics) == 1
    assert revision.maturity_level == 7


def test_two_editors(owner: Person, visitor: Any, new_client: Any, login: Any) -> None:
    """The slower one sees what the other changed, keeps the own text, and may then save over it."""
    listing_id = factories.make_draft(owner).id
    colleague = login(
        factories.make_person(db.session.get_one(Listing, listing_id).organisation), new_client()
    )
    opened = visitor.page(address(listing_id, "basics"))
    (form,) = [form for form in opened.forms if form.element.get("id") == "step"]
    colleague.submit(
        address(listing_id, "basics"), {"title": "同事的名称"}, form="step", button="action=save"
    )
    answer = visitor.post(
        address(listing_id, "basics"), data={**form.values, "title": "我的名称", "action": "next"}
    )
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "已被再次保存" in page.text
    assert "同事的名称" in page.text
    (form,) = [form for form in page.forms if form.element.get("id") == "step"]
    assert form.values["title"] == ["我的名称"]
    assert draft(listing_id).title == "同事的名称"
    assert (
        visitor.post(address(listing_id, "basics"), data={**form.values, "action": "next"}).status_code == 302
    )
    assert draft(listing_id).title == "我的名称"


@pytest.mark.parametrize("base", ["", "{", "[]", json.dumps({"title": {"x": [1]}}), "null", "1"])
def test_a_broken_hidden_field_breaks_nothing(owner: Person, visitor: Any, base: str) -> None:
    """It comes from the browser, so it may be anything."""
    listing_id = begin(owner)
    answer = visitor.post(
        address(listing_id, "basics"), data={"base": base, "title": "名称", "action": "save"}
    )
    assert answer.status_code == 302
    assert draft(listing_id).title == "名称"


def test_an_incomplete_draft_lists_what_is_missing(owner: Person, visitor: Any) -> None:
    """Every line leads to step and field; submitting says the same."""
    listing_id = begin(owner)
    page = visitor.page(address(listing_id, "submit"))
    assert f"{address(listing_id, 'terms')}?check=1#pricing" in page.links
    assert f"{address(listing_id, 'basics')}?check=1#title" in page.links
    answer = visitor.submit(
        address(listing_id, "submit"),
        {"no_secret": "y", "rights_owned": "y"},
        form="submission",
        button="action=submit",
    )
    assert answer.status_code == 422
    assert draft(listing_id).state == "draft"
    assert "请选择" in visitor.page(address(listing_id, "terms") + "?check=1").text


def test_declarations_are_asked_for(owner: Person, visitor: Any) -> None:
    """One of the two is not enough."""
    listing_id = factories.make_draft(owner).id
    answer = visitor.submit(
        address(listing_id, "submit"), {"no_secret": "y"}, form="submission", button="action=submit"
    )
    assert answer.status_code == 422
    assert "提交前请确认权属声明" in Page(answer.text).text
    assert draft(listing_id).state == "draft"


def test_submitting_twice_is_harmless(owner: Person, visitor: Any) -> None:
    """A double press, or the back button."""
    listing_id = factories.make_draft(owner).id
    for _ in range(2):
        answer = visitor.post(address(listing_id, "submit"), data={"no_secret": "y", "rights_owned": "y"})
        assert answer.location == f"/desk/listings/{listing_id}"
    assert draft(listing_id).state == "submitted"
    assert visitor.get(address(listing_id, "basics")).status_code == 409


def test_an_unverified_organisation_is_told_why_it_cannot_submit(login: Any) -> None:
    """The draft is kept; there is no button, and sending anyway says the same."""
    owner = factories.make_person(factories.make_organisation(verified=False))
    visitor = login(owner)
    listing_id = factories.make_draft(owner, "demand").id
    page = visitor.page(address(listing_id, "submit"))
    assert "单位尚未认证" in page.text
    answer = visitor.post(address(listing_id, "submit"), data={"no_secret": "y", "rights_owned": "y"})
    assert answer.status_code == 422
    assert "单位通过认证后才能提交审核" in Page(answer.text).text


def test_files_come_and_go(owner: Person, visitor: Any) -> None:
    """Nothing chosen, a disguised file and a wrong level are refused with the reason."""
    listing_id = begin(owner)
    upload = f"/desk/listings/{listing_id}/edit/files"

    def send(content: bytes, name: str, **more: str) -> Any:
        typed = {"purpose": "attachment", "level": "parties", "caption": "第三方报告甲"} | more
        return visitor.post(upload, data={**typed, "file": (BytesIO(content), name)})

    assert "请先选择文件" in Page(visitor.post(upload, data={"purpose": "attachment"}).text).text
    for content, name, more in (
        (b"MZ\x90\x00" + b"\x00" * 60, "报告.pdf", {}),
        ("文字".encode(), "a.txt", {"level": "everybody"}),
        ("文字".encode(), "a.txt", {"purpose": "licence"}),
        ("文字".encode(), "a.txt", {"purpose": "image"}),
    ):
        assert send(content, name, **more).status_code == 422
    assert send("检测数据".encode(), "a.txt").status_code == 302
    page = visitor.page(address(listing_id, "submit"))
    assert "第三方报告甲" in page.text
    (form,) = [form for form in page.forms if form.action.endswith("/remove")]
    assert visitor.post(form.action).status_code == 302
    assert "第三方报告甲" not in visitor.page(address(listing_id, "submit")).text


def test_steps_that_do_not_exist_are_not_found(owner: Person, visitor: Any) -> None:
    """Nor the other kind's, nor a step of something that is not being edited."""
    listing_id = begin(owner)
    for key in ("need", "nothing"):
        assert visitor.get(address(listing_id, key)).status_code == 404
        assert visitor.post(address(listing_id, key)).status_code == 404
    published = factories.make_published(owner)
    assert visitor.get(address(published.id, "basics")).status_code == 404


def test_another_organisations_draft_does_not_exist(owner: Person, login: Any) -> None:
    """404 on every address, for reading and for writing."""
    listing_id = factories.make_draft(owner).id
    stranger = login(factories.make_person(factories.make_organisation()))
    for key in ("basics", "technology", "submit"):
        assert stranger.get(address(listing_id, key)).status_code == 404
        assert stranger.post(address(listing_id, key), data={"title": "改"}).status_code == 404
    files = f"/desk/listings/{listing_id}/edit/files"
    assert stranger.post(files, data={"file": (BytesIO(b"x"), "a.txt")}).status_code == 404
    assert stranger.post(f"{files}/1/remove").status_code == 404
    assert db.session.get_one(Revision, draft(listing_id).id).title == factories.ACHIEVEMENT["title"]


def test_one_disclosure_is_chosen_and_not_several(owner: Person, visitor: Any) -> None:
    """Buttons that exclude each other: with boxes to tick, 公开 and 仅管理员 could be sent together."""
    page = visitor.page(address(begin(owner, "demand"), "disclosure"))
    offered = [each for each in page.all("input") if each.get("name") == "disclosure"]
    assert [each.get("type") for each in offered] == ["radio"] * 4
    targets = visitor.page(address(begin(owner, "demand"), "targets"))
    assert {each.get("type") for each in targets.all("input") if each.get("name") == "ways"} == {"checkbox"}


@pytest.mark.parametrize(
    "tampered",
    [
        {"metrics-²-target": "y"},
        {f"metrics-{'9' * 5000}-target": "y"},
        {"base": "[" * 100_000},
        {"base": '{"metrics": 5}'},
    ],
)
def test_names_and_beginnings_this_site_never_wrote_change_nothing(
    owner: Person, visitor: Any, tampered: dict[str, str]
) -> None:
    """They are passed over, and what was typed beside them is kept."""
    listing_id = begin(owner, "demand")
    answer = visitor.post(address(listing_id, "targets"), data={"requirements": "有同类经验", **tampered})
    assert answer.status_code == 302
    assert draft(listing_id).requirements == "有同类经验"


@pytest.mark.parametrize(
    ("typed", "unit", "shown", "shown_unit"),
    [("12", "元", "12", "元"), ("1200.5", "元", "1200.50", "元"), ("7.5", "万元", "7.5", "万元"),
     ("2600000", "元", "260", "万元"), ("0", "元", "0", "万元"), ("", "元", "", "万元")],
)  # fmt: skip
def test_an_amount_is_found_again_in_the_unit_that_fits(
    owner: Person, visitor: Any, typed: str, unit: str, shown: str, shown_unit: str
) -> None:
    """12 元 is not shown as 0.0012 万元."""
    at = address(begin(owner, "demand"), "targets")
    visitor.post(at, data={"budget_fen": typed, "budget_unit": unit})
    page = visitor.page(at)
    (found,) = [each for each in page.all("input") if each.get("name") == "budget_fen"]
    assert found.get("value") == shown
    chosen = [each.get("value") for each in page.all("option") if each.get("selected") is not None]
    assert shown_unit in chosen
