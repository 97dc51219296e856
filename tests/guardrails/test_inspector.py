"""The page inspector finds what it is there to find, and lets a good page pass."""

import pytest

from tests.support.inspector import Page, inspect, nonce_of

GOOD = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>搜索成果 - 平台</title><script nonce="n1" src="/static/a.js"></script></head>
<body><main><h1>搜索成果</h1><h2 id="a">条件</h2>
<form method="post" action="/save"><input type="hidden" name="csrf_token" value="t">
<label for="q">词</label><input id="q" name="q" value="麦">
<select name="s" aria-label="排序">
<option value="1">一</option><option value="2" selected>二</option></select>
<button name="do" value="go">搜索</button></form>
<a href="#a">条件</a><img src="/static/a.png" alt=""></main></body></html>"""


def faults(body: str, nonce: str | None = "n1") -> list[str]:
    """What the inspector says about a page."""
    return inspect(Page(body), host="localhost", nonce=nonce)


def test_a_good_page_passes() -> None:
    """No false alarm."""
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("</form>", "</form></p>", "unexpected"),
        ('lang="zh-CN"', "", "lang"),
        ("<h1>搜索成果</h1>", "<h1>别的</h1>", "does not start with the h1"),
        ("</main>", "<h1>搜索成果</h1></main>", "2 <h1>"),
        ("<h2 id", "<h4 id", "jumps"),
        ('<h2 id="a"', '<h2 id="q"', "stands 2 times"),
        ('href="#a"', 'href="#none"', "leads nowhere"),
        ('<label for="q">词</label>', "", "has no label"),
        (' alt=""', "", "has no alt"),
        (">搜索</button>", "></button>", "has no words"),
        ('nonce="n1"', 'nonce="n2"', "lacks the nonce"),
        ("<h2 ", '<h2 style="color:red" ', "inline 'style'"),
        ("<h2 ", '<h2 onclick="x()" ', "inline 'onclick'"),
        ('src="/static/a.png"', 'src="//elsewhere.example/a.png"', "foreign host"),
        ('name="csrf_token" value="t"', 'name="csrf_token" value=""', "no csrf_token"),
        ("条件</h2>", "None 条件</h2>", "'None'"),
        ("条件</h2>", "%(count)s 条件</h2>", "%(count)s"),
        ('value="麦"', 'value="None"', "filled with 'None'"),
        ('action="/save"', 'action="/items/None"', "/None"),
    ],
)
def test_a_fault_is_named(old: str, new: str, said: str) -> None:
    """Each kind of fault is reported in words."""
    assert old in GOOD
    assert any(said in fault for fault in faults(GOOD.replace(old, new, 1)))


def test_a_missing_policy_is_a_fault() -> None:
    """Without the header no nonce can match."""
    assert nonce_of("script-src 'self' 'nonce-n1'") == "n1"
    assert "no Content-Security-Policy" in faults(GOOD, nonce=nonce_of(None))[0]


def test_forms_are_read_as_a_browser_sends_them() -> None:
    """Default values, chosen options and named buttons."""
    (form,) = Page(GOOD).forms
    assert (form.method, form.action) == ("post", "/save")
    assert form.values == {"csrf_token": ["t"], "q": ["麦"], "s": ["2"]}
    assert form.buttons == [("do", "go")]
