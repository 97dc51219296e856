"""Draws the shipped pictures anew: ``python -m tests.demo.render_drawings [key …]``.

Only what was changed since is drawn; named keys always. Needs a browser and a Chinese font.
"""

import json
import sys

from playwright.sync_api import sync_playwright

from marketplace.demo import drawings
from marketplace.demo.drawings.sheet import HEIGHT, WIDTH
from tests.support.pictures import few_colours

COLOURS = (28, 16, 10)
"""How many colours a picture may have: the first number that makes it small enough."""

LARGEST = 12_000
"""Bytes of a shipped picture."""


def main(named: list[str]) -> None:
    """Draw what is named or stale, drop what has no text any more, and write the marks."""
    drawings.PICTURES.mkdir(exist_ok=True)
    marks = drawings.drawn() if (drawings.PICTURES / "drawn.json").exists() else {}
    wanted = [
        key for key in drawings.entries() if key in named or marks.get(key) != drawings.fingerprint(key)
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for key in wanted:
            page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{drawings.svg(key)}")
            (drawings.PICTURES / f"{key}.png").write_bytes(few_colours(page.screenshot(), COLOURS, LARGEST))
        browser.close()
    for path in drawings.PICTURES.glob("*.png"):
        if path.stem not in drawings.entries():
            path.unlink()
    found = {key: drawings.fingerprint(key) for key in sorted(drawings.entries())}
    (drawings.PICTURES / "drawn.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(wanted)} drawn\n")


if __name__ == "__main__":
    main(sys.argv[1:])
