"""Looks at every HTML page the tests open, so that no page has to ask for it."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

XML_SPACE = "{http://www.w3.org/XML/1998/namespace}"
SKIPPED_TEXT = {"script", "style", "template", "textarea", "pre", "code"}
UNLABELLED_INPUTS = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = (
    "for",
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "aria-errormessage",
    "list",
    "form",
)
LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
    "embed": "src", "object": "data", "link": "href", "form": "action", "use": "href",
}  # fmt: skip
DATA_BLOCKS = {"application/ld+json", "application/json"}
LEAKS = re.compile(
    r"(?<![\w.])(?:None|undefined|NaN|Undefined)(?![\w.])"
    r"|\{\{|\}\}|\{%|%\(\w+\)[sd]|<[A-Z]\w+ \d|object at 0x|datetime\.|Decimal\("
)
# What people typed themselves may contain such words: templates mark it with this attribute.
VERBATIM = "data-verbatim"


@dataclass
class Form:
    """A form as a browser would send it."""

    element: Element
    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page:
    """One parsed HTML document."""

    def __init__(self, body: str) -> None:
        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False, strict=False
        )
        self.root: Element = parser.parse(body)
        self.parse_errors = [
            f"line {position[0]}: {code} {details or ''}".strip() for position, code, details in parser.errors
        ]

    @cached_property
    def elements(self) -> list[tuple[str, Element]]:
        """All elements in document order, with their plain tag names."""
        return [(tag_of(one), one) for one in self.root.iter() if isinstance(one.tag, str)]

    def all(self, *tags: str) -> list[Element]:
        """All elements with one of these tags."""
        return [element for tag, element in self.elements if tag in tags]

    @cached_property
    def by_id(self) -> dict[str, Element]:
        """Elements by their id."""
        return {element.get("id", ""): element for _, element in self.elements if element.get("id")}

    @cached_property
    def parents(self) -> dict[Element, Element]:
        """Each element's parent."""
        return {child: parent for parent in self.root.iter() for child in parent}

    @cached_property
    def text(self) -> str:
        """The visible words of the body, white space collapsed."""
        bodies = self.all("body")
        return visible_text(bodies[0]) if bodies else ""

    @cached_property
    def title(self) -> str:
        """The words of <title>."""
        return " ".join(visible_text(one) for one in self.all("title"))

    @cached_property
    def h1(self) -> str:
        """The words of the first h1, or an empty string."""
        headings = self.all("h1")
        return visible_text(headings[0]) if headings else ""

    @property
    def links(self) -> list[str]:
        """Where the page's links lead, in order."""
        return [element.get("href", "") for element in self.all("a") if element.get("href")]

    @property
    def notices(self) -> list[str]:
        """Words of everything that announces itself: role=alert and role=status."""
        return [visible_text(one) for _, one in self.elements if one.get("role") in ("alert", "status")]

    @cached_property
    def forms(self) -> list[Form]:
        """All forms with the values a browser would send unchanged."""
        return [self._form(element) for element in self.all("form")]

    def _form(self, element: Element) -> Form:
        form = Form(element, element.get("action", ""), element.get("method", "get").lower())
        inside = set(element.iter())
        identity = element.get("id")
        for tag, control in self.elements:
            owner = control.get("form")
            if (owner is None and control not in inside) or (owner is not None and owner != identity):
                continue
            name = control.get("name")
            if not name or "disabled" in control.attrib:
                continue
            kind = control.get("type", "text" if tag == "input" else "submit").lower()
            if tag in ("select", "textarea") or (tag == "input" and kind not in ("submit", "image")):
                form.names.add(name)
            value: list[str] = []
            if tag == "textarea":
                value = [(control.text or "").removeprefix("\n")]
            elif tag == "select":
                value = selected_values(control)
            elif tag == "input" and kind in ("checkbox", "radio"):
                value = [control.get("value", "on")] if "checked" in control.attrib else []
            elif (tag == "input" and kind in ("submit", "image")) or (tag == "button" and kind == "submit"):
                form.buttons.append((name, control.get("value", "")))
            elif tag == "input" and kind not in ("file", "button", "reset"):
                value = [control.get("value", "")]
            if value:
                form.values.setdefault(name, []).extend(value)
        return form


def tag_of(element: Element) -> str:
    """The tag without its namespace (SVG and MathML keep one)."""
    return str(element.tag).rpartition("}")[2]


def visible_text(element: Element) -> str:
    """Words of an element without scripts, styles and templates, white space collapsed."""
    parts: list[str] = []

    def walk(node: Element) -> None:
        if isinstance(node.tag, str) and tag_of(node) not in ("script", "style", "template"):
            parts.append(node.text or "")
            for child in node:
                walk(child)
                parts.append(child.tail or "")

    walk(element)
    return " ".join("".join(parts).split())


def selected_values(select: Element) -> list[str]:
    """What a browser sends for a select: the chosen options, or the first of a single choice."""
    options = [one for one in select.iter() if tag_of(one) == "option"]
    chosen = [one for one in options if "selected" in one.attrib]
    if not chosen and "multiple" not in select.attrib:
        chosen = options[:1]
    return [one.get("value", visible_text(one)) for one in chosen]


def inspect(page: Page, *, host: str, nonce: str | None) -> list[str]:
    """Return what is wrong with the page, in words; empty when all is well.

    ``host`` is our own; ``nonce`` the one of the Content-Security-Policy header, None when it had none.
    """
    return [
        *page.parse_errors,
        *check_document(page),
        *check_headings(page),
        *check_identifiers(page),
        *check_labels(page),
        *check_policy(page, nonce),
        *check_hosts(page, host),
        *check_forms(page),
        *check_leaks(page),
    ]


def check_document(page: Page) -> list[str]:
    """Language, encoding, viewport and exactly one main landmark."""
    wrong = []
    if not page.all("html")[0].get("lang", "").startswith("zh"):
        wrong.append('<html> has no lang="zh-…"')
    if not any(one.get("charset") for one in page.all("meta")):
        wrong.append("no <meta charset>")
    if not any(one.get("name") == "viewport" for one in page.all("meta")):
        wrong.append("no viewport: the page would not fit a phone")
    if len(page.all("main")) != 1:
        wrong.append(f"{len(page.all('main'))} <main> elements instead of one")
    return wrong


def check_headings(page: Page) -> list[str]:
    """One h1, with which the title starts; no level skipped on the way down."""
    wrong = []
    if len(page.all("h1")) != 1:
        wrong.append(f"{len(page.all('h1'))} <h1> elements instead of one")
    elif not page.h1:
        wrong.append("the <h1> is empty")
    # A form with errors may announce them before the heading: 有错误：….
    elif not (page.title.startswith(page.h1) or page.title.partition("：")[2].startswith(page.h1)):
        wrong.append(f"the title {page.title!r} does not start with the h1 {page.h1!r}")
    level = 0
    for heading in page.all("h1", "h2", "h3", "h4", "h5", "h6"):
        now = int(tag_of(heading)[1])
        if level and now > level + 1:
            wrong.append(f"heading {visible_text(heading)!r} jumps from h{level} to h{now}")
        level = now
    return wrong


def check_identifiers(page: Page) -> list[str]:
    """Ids are unique and whatever refers to one finds it."""
    counted = Counter(one.get("id") for _, one in page.elements if one.get("id") is not None)
    wrong = [f"id {name!r} stands {times} times" for name, times in counted.items() if times > 1]
    for tag, element in page.elements:
        for attribute in REFERENCES:
            for name in element.get(attribute, "").split():
                if name not in page.by_id:
                    wrong.append(f"<{tag} {attribute}={name!r}> refers to nothing")
        target = element.get("href", "")
        if tag == "a" and target.startswith("#") and target[1:] not in page.by_id:
            wrong.append(f"the link {target!r} leads nowhere on the page")
    return wrong


def check_labels(page: Page) -> list[str]:
    """Fields have labels, pictures have alternatives, links and buttons have words."""
    labelled = {one.get("for") for one in page.all("label") if visible_text(one)}
    wrong = []
    for tag, element in page.elements:
        named = bool(element.get("aria-label") or element.get("aria-labelledby") or element.get("title"))
        if tag in ("input", "select", "textarea"):
            if element.get("type", "text").lower() in UNLABELLED_INPUTS and tag == "input":
                continue
            if not (named or element.get("id") in labelled or inside_label(page, element)):
                wrong.append(f"<{tag} name={element.get('name')!r}> has no label")
        elif tag == "img" and element.get("alt") is None:
            wrong.append(f"the picture {element.get('src')!r} has no alt")
        elif tag == "button" or (tag == "a" and element.get("href") is not None):
            pictured = any(one.get("alt") for one in element.iter() if tag_of(one) == "img")
            if not (named or pictured or visible_text(element)):
                wrong.append(f"<{tag} href={element.get('href')!r}> has no words")
    return wrong


def inside_label(page: Page, element: Element) -> bool:
    """Whether a <label> with words surrounds the element."""
    around = page.parents.get(element)
    while around is not None:
        if tag_of(around) == "label":
            return bool(visible_text(around))
        around = page.parents.get(around)
    return False


def check_policy(page: Page, nonce: str | None) -> list[str]:
    """Scripts and styles carry the header's nonce; nothing is styled or handled inline."""
    wrong = [] if nonce else ["the response has no Content-Security-Policy with a nonce"]
    for tag, element in page.elements:
        if (
            tag in ("script", "style")
            and element.get("type") not in DATA_BLOCKS
            and element.get("nonce") != nonce
        ):
            wrong.append(f"<{tag} src={element.get('src')!r}> lacks the nonce of the header")
        for attribute in element.attrib:
            if attribute == "style" or attribute.startswith("on"):
                wrong.append(f"<{tag}> has an inline {attribute!r}")
        if element.get("href", "").strip().lower().startswith("javascript:"):
            wrong.append(f"<{tag}> has a javascript: address")
    return wrong


def check_hosts(page: Page, host: str) -> list[str]:
    """Nothing is loaded from, or sent to, another host."""
    wrong = []
    for tag, element in page.elements:
        attribute = LOADING.get(tag)
        address = urlsplit(element.get(attribute, "")) if attribute else None
        if tag == "link" and element.get("rel") == "canonical":
            continue
        if address and address.netloc and address.netloc != host:
            wrong.append(f"<{tag}> reaches for the foreign host {address.netloc!r}")
        if tag == "a" and element.get("target") == "_blank" and "noopener" not in element.get("rel", ""):
            wrong.append(f"the link {element.get('href')!r} opens a window without rel=noopener")
    return wrong


def check_forms(page: Page) -> list[str]:
    """A form that changes something carries its token; a file form says it is multipart."""
    wrong = []
    for form in page.forms:
        if form.method == "post" and not any(form.values.get("csrf_token", [])):
            wrong.append(f"the form to {form.action!r} has no csrf_token")
        if form.method == "get" and "csrf_token" in form.values:
            wrong.append(f"the form to {form.action!r} would put its csrf_token into the address")
        files = [one for one in form.element.iter() if tag_of(one) == "input" and one.get("type") == "file"]
        if files and form.element.get("enctype") != "multipart/form-data":
            wrong.append(f"the form to {form.action!r} takes files but is not multipart")
    return wrong


def check_leaks(page: Page) -> list[str]:
    """No None, undefined or unfilled template place reaches a reader."""
    wrong = []
    hidden: set[Element] = set()
    for tag, element in page.elements:
        if tag in SKIPPED_TEXT or VERBATIM in element.attrib:
            hidden.update(element.iter())
    for tag, element in page.elements:
        texts = [] if element in hidden else [element.text or ""]
        texts += [child.tail or "" for child in element] if element not in hidden else []
        for name in ("alt", "title", "content", "aria-label", "placeholder", "datetime"):
            texts.append(element.get(name, ""))
        for words in texts:
            found = LEAKS.search(words)
            if found:
                wrong.append(f"<{tag}> shows {found.group()!r} in {' '.join(words.split())[:80]!r}")
        filled = element.get("value") if tag == "input" else element.text
        if tag in ("input", "textarea") and (filled or "").strip() == "None":
            wrong.append(f"<{tag} name={element.get('name')!r}> is filled with 'None'")
        if "/None" in element.get("href", "") + element.get("src", "") + element.get("action", ""):
            wrong.append(f"<{tag}> has an address with '/None'")
    return wrong


def nonce_of(policy: str | None) -> str | None:
    """The script nonce in a Content-Security-Policy header."""
    found = re.search(r"'nonce-([^']+)'", policy or "")
    return found.group(1) if found else None
