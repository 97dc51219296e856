"""The sign-up by real requests: every step, every wrong turn, nothing typed lost."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.domain import clock
from marketplace.models.people import Organisation, Person, SignupDraft
from marketplace.models.platform import ReviewTask
from tests.factories import PASSWORD, make_organisation, make_person, make_uscc
from tests.support.client import InspectingClient
from tests.support.inspector import Page
from tests.support.people import organisation_of, png, sign_up

Login = Callable[..., InspectingClient]
DATA: dict[str, Any] = {
    "kind": "enterprise",
    "name": "汴水木业有限公司",
    "division": ["340000", "341300", "341302"],
    "address": "汴河路1号",
    "legal_representative": "王测试",
    "contact_name": "办公室",
    "contact_phone": "０５５７-３０２４５６７",
    "contact_email": "office@example.com",
}
HEAD = {"name": "赵负责", "email": "head@example.com", "phone": "13800138000", "password": PASSWORD}


def begin(client: InspectingClient, uscc: str) -> None:
    """Pass the first step."""
    answer = client.submit("/signup", {"uscc": uscc}, follow=False)
    assert answer.headers["Location"].endswith("/signup/organisation")


def fill(client: InspectingClient, button: str = "next", licence: bool = True, **changes: Any) -> Page:
    """Send the second step by a real multipart request; return the page it leads to."""
    data = {**DATA, **changes, button: "1"}
    if licence:
        data["licence"] = (BytesIO(png()), "执照.png")
    answer = client.post("/signup/organisation", data=data, follow_redirects=True)
    return Page(answer.get_data(as_text=True))


def to_the_end(client: InspectingClient, uscc: str) -> None:
    """Pass every step but the last."""
    begin(client, uscc)
    assert fill(client).h1 == "负责人"
    assert client.submit("/signup/person", HEAD, button="next").request.path == "/signup/check"


@pytest.mark.usefixtures("session")
def test_the_whole_way(client: InspectingClient, session: Any) -> None:
    """From the code to the number under which it is dealt with, signed in at the end."""
    uscc = make_uscc()
    to_the_end(client, uscc)
    page = client.page("/signup/check")
    for words in (uscc, "汴水木业有限公司", "安徽省宿州市埇桥区", "0557-3024567", "执照.png", "赵负责"):
        assert words in page.text
    assert PASSWORD not in page.text
    done = client.submit("/signup/check", {"agreed": "y"})
    assert done.request.path == "/signup/done"
    assert "RZ-" in done.get_data(as_text=True)
    organisation = session.scalars(select(Organisation)).one()
    assert (organisation.uscc, organisation.state, organisation.kind) == (uscc, "unverified", "enterprise")
    assert client.page("/desk/organisation").h1 == "单位资料"
    assert session.scalars(select(ReviewTask)).one().kind == "organisation"


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("uscc", "words"),
    [
        ("", "请填写统一社会信用代码"),
        ("9135010", "应为18位"),
        ("91350100M000100Y44", "校验未通过"),
        ("９１350100M000100Y43", "全角"),
        ("9135010OM000100Y43", "不使用"),
        ("🌾" * 18, "不是数字或大写英文字母"),
        ("1" * 10_000, "应为18位"),
    ],
)
def test_a_wrong_code_is_named(client: InspectingClient, uscc: str, words: str) -> None:
    """On top, at the field, and what was typed stays."""
    answer = client.submit("/signup", {"uscc": uscc})
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert page.text.count(words) == 2
    assert page.title.startswith("单位入驻 - 有误")


def test_an_organisation_that_is_in_is_said_at_once(client: InspectingClient, session: Any) -> None:
    """Its name when verified, never its people; and whoever asks to join is answered alike."""
    organisation = make_organisation(name="汴水木业")
    manager = make_person(organisation, position="manager", name="秘密的人")
    page = client.page(f"/signup/known?uscc={organisation.uscc}")
    assert page.h1 == "本单位已经入驻"
    assert "汴水木业" in page.text
    assert manager.name not in page.text
    assert manager.email not in page.text
    answer = client.submit("/signup", {"uscc": organisation.uscc.lower()})
    assert answer.request.path == "/signup/known"
    asked = client.submit(
        f"/signup/known?uscc={organisation.uscc}", {"name": "新同事", "email": "new@example.com"}, form="join"
    )
    assert "已转告该单位负责人" in asked.get_data(as_text=True)
    unverified = organisation_of(sign_up(email="other@example.com"))
    hidden = client.page(f"/signup/known?uscc={unverified.uscc}")
    assert unverified.name not in hidden.text


@pytest.mark.usefixtures("session")
def test_errors_of_the_second_step_keep_everything(client: InspectingClient, session: Any) -> None:
    """All at once, at their fields; the file uploaded beside them is kept."""
    begin(client, make_uscc())
    page = fill(
        client, kind="authority", contact_phone="12", website="javascript:alert(1)", name="名" * 10_000
    )
    for words in ("请从列表中选择", "最多120个字", "手机号应为11位", "网址写法不对"):
        assert words in page.text
    assert "执照.png" in page.text
    assert page.by_id["address"].get("value") == "汴河路1号"
    assert page.by_id["division-2"] is not None
    assert fill(client, licence=False, website="").h1 == "负责人"


@pytest.mark.usefixtures("session")
def test_nul_and_emoji_do_no_harm(client: InspectingClient) -> None:
    """Control characters go, the rest stays."""
    begin(client, make_uscc())
    assert fill(client, name="汴水\x00木业🌾", introduction="第一行\r\n\x08第二行").h1 == "负责人"
    assert client.page("/signup/organisation").by_id["name"].get("value") == "汴水木业🌾"


@pytest.mark.usefixtures("session")
def test_the_region_picker_works_without_scripts(client: InspectingClient) -> None:
    """The button asks for the next level, and nothing is an error yet."""
    begin(client, make_uscc())
    page = fill(client, "pick_region", licence=False, division=["340000", "", ""], name="半路")
    assert "宿州市" in page.text
    assert "error-summary" not in page.by_id
    assert page.by_id["name"].get("value") == "半路"
    page = fill(client, "pick_region", licence=False, division=["340000", "341300", ""])
    assert "埇桥区" in page.text
    page = fill(client, licence=False, division=["340000", "341300", ""])
    assert "直到区、县一级" in page.text
    # A county of another province than the one picked is not taken.
    page = fill(client, licence=False, division=["340000", "320500", "320505"])
    assert "直到区、县一级" in page.text


@pytest.mark.usefixtures("session")
def test_a_differing_registry_is_a_warning_only(client: InspectingClient) -> None:
    """宿州 in the code with a domicile in 苏州."""
    begin(client, make_uscc())
    page = fill(client, "pick_region", licence=False, division=["320000", "320500", "320505"])
    assert "登记机关所在地是安徽省宿州市埇桥区" in page.text
    assert fill(client, division=["320000", "320500", "320505"]).h1 == "负责人"
    client.submit("/signup/person", HEAD, button="next")
    assert "住所以您选择的为准" in client.page("/signup/check").text


@pytest.mark.usefixtures("session")
def test_going_back_keeps_what_was_typed(client: InspectingClient) -> None:
    """Right or wrong."""
    uscc = make_uscc()
    begin(client, uscc)
    assert fill(client, "back", contact_phone="12").h1 == "单位入驻"
    assert client.page("/signup").by_id["uscc"].get("value") == uscc
    page = client.page("/signup/organisation")
    assert page.by_id["contact_phone"].get("value") == "12"
    assert "执照.png" in page.text
    fill(client, licence=False)
    client.submit("/signup/person", {**HEAD, "email": "wrong"}, button="back")
    assert client.page("/signup/person").by_id["email"].get("value") == "wrong"


@pytest.mark.usefixtures("session")
def test_a_password_is_typed_once_and_never_shown(client: InspectingClient, session: Any) -> None:
    """Only its hash is kept; an empty field then keeps it."""
    to_the_end(client, make_uscc())
    again = client.submit("/signup/person", {"name": "钱负责"}, button="next")
    assert again.request.path == "/signup/check"
    draft = session.scalars(select(SignupDraft)).one()
    assert draft.password_hash.startswith("$argon2id$")
    assert PASSWORD not in str(draft.data)
    assert PASSWORD not in client.get("/signup/person").get_data(as_text=True)


@pytest.mark.usefixtures("session")
def test_a_file_is_taken_off_again(client: InspectingClient) -> None:
    """And then one is missing."""
    begin(client, make_uscc())
    page = fill(client, "upload", name="")
    button = next(button for form in page.forms for button in form.buttons if button[0] == "drop")
    answer = client.post("/signup/organisation", data={**DATA, "drop": button[1]})
    assert "执照.png" not in answer.get_data(as_text=True)
    assert "请上传营业执照或法人证书" in fill(client, licence=False).text
    assert client.post("/signup/organisation", data={**DATA, "drop": "999999"}).status_code == 422


@pytest.mark.usefixtures("session")
def test_disguised_files_are_refused(client: InspectingClient) -> None:
    """The rest of the form stays."""
    begin(client, make_uscc())
    data = {**DATA, "next": "1", "licence": (BytesIO(b"MZ\x90\x00"), "执照.png")}
    answer = client.post("/signup/organisation", data=data)
    page = Page(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "文件内容不是可以上传的类型" in page.text
    assert page.by_id["name"].get("value") == DATA["name"]


def test_sending_twice_is_harmless(client: InspectingClient, session: Any) -> None:
    """The second click carries the cookies of before the first answer, as an impatient finger does."""
    to_the_end(client, make_uscc())
    with client.session_transaction() as kept:
        before = dict(kept)
    client.submit("/signup/check", {"agreed": "y"})
    with client.session_transaction() as kept:
        kept.clear()
        kept.update(before)
    again = client.post("/signup/check", data={}, follow_redirects=True)
    assert again.request.path == "/signup/done"
    assert session.scalar(select(func.count()).select_from(Organisation)) == 1
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_without_agreement_nothing_is_sent(client: InspectingClient, session: Any) -> None:
    """Nor with a version that was not shown."""
    to_the_end(client, make_uscc())
    answer = client.submit("/signup/check", {})
    assert answer.status_code == 422
    assert "请阅读并同意" in answer.get_data(as_text=True)
    assert client.submit("/signup/check", {"agreed": "y", "privacy": "1999"}).status_code == 422
    assert session.scalars(select(Organisation)).all() == []


@pytest.mark.usefixtures("session")
def test_a_taken_address_is_said_at_its_field(client: InspectingClient) -> None:
    """With what to do."""
    make_person(email="head@example.com")
    begin(client, make_uscc())
    fill(client)
    answer = client.submit("/signup/person", HEAD, button="next")
    assert answer.status_code == 422
    assert "请直接登录或找回密码" in answer.get_data(as_text=True)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("address", ["/signup/organisation", "/signup/person", "/signup/check"])
def test_steps_without_a_beginning_lead_to_it(client: InspectingClient, address: str) -> None:
    """Also when a week is over."""
    assert client.get(address, follow_redirects=True).request.path == "/signup"
    begin(client, make_uscc())
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert client.get(address, follow_redirects=True).request.path == "/signup"


@pytest.mark.usefixtures("session")
def test_steps_cannot_be_skipped(client: InspectingClient) -> None:
    """The last one leads to the first that is missing."""
    begin(client, make_uscc())
    assert client.get("/signup/check", follow_redirects=True).request.path == "/signup/organisation"
    fill(client)
    assert client.get("/signup/check", follow_redirects=True).request.path == "/signup/person"


@pytest.mark.usefixtures("session")
def test_another_code_keeps_the_rest(client: InspectingClient, session: Any) -> None:
    """A typing error in the code costs nothing."""
    to_the_end(client, make_uscc())
    other = make_uscc()
    begin(client, other)
    assert session.scalars(select(SignupDraft)).one().uscc == other
    assert other in client.page("/signup/check").text


def test_people_inside_an_organisation_are_led_to_it(login: Login, session: Any) -> None:
    """They have nothing to sign up."""
    client = login(make_person(make_organisation()))
    assert client.get("/signup", follow_redirects=True).request.path == "/desk/organisation"


def test_somebody_signed_in_skips_the_person(login: Login, session: Any) -> None:
    """One account, another organisation."""
    client = login(make_person())
    begin(client, make_uscc())
    assert fill(client).h1 == "核对并提交"
    assert client.submit("/signup/check", {"agreed": "y"}).request.path == "/signup/done"
    assert session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.usefixtures("session")
def test_other_peoples_drafts_are_out_of_reach(
    client: InspectingClient, new_client: Callable[[], InspectingClient]
) -> None:
    """A draft belongs to one browser."""
    to_the_end(client, make_uscc())
    other = new_client()
    begin(other, make_uscc())
    assert other.page("/signup/organisation").by_id["name"].get("value") in (None, "")


@pytest.mark.usefixtures("session")
def test_regions_are_read_by_the_picker(client: InspectingClient) -> None:
    """What lies directly below, as JSON."""
    found = client.get("/api/regions/341300").get_json()
    assert {"code": "341302", "name": "埇桥区"} in found
    assert client.get("/api/regions/341302").get_json() == []
    assert client.get("/api/regions/999999").status_code == 404


@pytest.mark.usefixtures("session")
def test_legal_texts_have_pages(client: InspectingClient) -> None:
    """By version; unknown ones are not found."""
    assert client.page("/legal/agreement").h1 == "用户服务协议"
    assert client.page("/legal/privacy?version=2026.1").h1 == "隐私政策"
    client.page("/legal/privacy?version=1", status=404)
    client.page("/legal/nonsense", status=404)


def test_no_copy_is_kept_of_pages_with_personal_data(client: InspectingClient, session: Any) -> None:
    """The sign-up shows what a visitor typed, the links of mails are keys: on a shared computer neither stays."""
    begin(client, make_uscc())
    fill(client)
    for address in (
        "/signup/organisation",
        "/signup/person",
        "/reset",
        "/login",
        "/invitations/x",
        "/reset/x",
    ):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in client.get("/achievements").headers


def test_signing_in_midway_keeps_what_was_typed(client: InspectingClient, session: Any) -> None:
    """The link of the third step leads to the last, as the account is there already."""
    person = make_person(email="known@example.com")
    begin(client, make_uscc())
    (link,) = [each for each in fill(client).links if "next=/signup/check" in each]
    answer = client.submit(link, {"email": person.email, "password": PASSWORD})
    assert answer.request.path == "/signup/check"
    assert "汴水木业有限公司" in answer.get_data(as_text=True)
    assert client.submit("/signup/check", {"agreed": "y"}).request.path == "/signup/done"
    assert organisation_of(person).uscc
