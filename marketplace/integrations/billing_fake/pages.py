"""The stand-in's hosted pages: plain HTML that says on every page that no money moves."""

from html import escape
from typing import Any

from marketplace.domain.money import format_yuan

STYLE = """
body{font:16px/1.7 system-ui,sans-serif;color:#1d2733;background:#f5f3ef;margin:0}
main{max-width:30rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:8px}
.banner{background:#7a4d00;color:#fff;padding:.5rem 1rem;text-align:center}
.amount{font-size:2rem;margin:.25rem 0 1rem}
.bad{color:#a1260d}
button,.button{display:block;width:100%;box-sizing:border-box;margin:.5rem 0;padding:.75rem;border-radius:6px;
border:1px solid #8b95a1;background:#fff;color:#12366b;font:inherit;text-align:center;text-decoration:none}
button.main{background:#12366b;color:#fff}
"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def page(title: str, body: str) -> bytes:
    """Return a whole page; ``body`` is HTML."""
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/style.css"></head><body>'
        '<div class="banner"><b>演示</b> 这里不是真的支付平台，不会发生任何扣款</div>'
        f"<main><h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


def checkout(session: dict[str, Any], seller: str, declined: bool = False) -> bytes:
    """Return the payment page of an open session."""
    key = escape(session["id"])
    refused = '<p class="bad" role="alert">付款被银行拒绝，请重试或换一种方式。</p>' if declined else ""
    back = session.get("cancel_url")
    cancel = f'<a class="button" href="{escape(back)}">取消，返回</a>' if back else ""
    return page(
        "支付页（演示）",
        f"<p>{escape(session['_title'])}</p><p>收款方：{escape(seller)}</p>"
        f'<p class="amount">¥{format_yuan(session["amount_total"])}</p>{refused}'
        f'<form method="post" action="/pay/{key}/confirm"><button class="main">支付</button></form>'
        f'<form method="post" action="/pay/{key}/decline"><button>拒付（模拟银行拒绝）</button></form>{cancel}',
    )


def closed(session: dict[str, Any]) -> bytes:
    """Return what an address shows on which nothing can be paid any more."""
    words = "已经付款。" if session["status"] == "complete" else "支付页已失效。"
    back = session["success_url"] if session["status"] == "complete" else session.get("cancel_url")
    link = f'<a class="button" href="{escape(back)}">返回</a>' if back else ""
    return page("支付页（演示）", f"<p>{words}</p>{link}")


def receipt(charge: dict[str, Any], seller: str) -> bytes:
    """Return the receipt of a charge."""
    rows = [
        ("收据编号", charge["id"]),
        ("收款方", seller),
        ("金额", f"¥{format_yuan(charge['amount'])}"),
        ("已退", f"¥{format_yuan(charge['amount_refunded'])}"),
    ]
    return page("收据（演示）", "".join(f"<p>{escape(label)}：{escape(value)}</p>" for label, value in rows))
