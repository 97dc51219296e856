// Asks anew what is to be said of a text while it is typed: the meter and what looks like it. Without scripts the
// same panel comes with every save.
const PAUSE = 900;

function open(body) {
  return [...body.querySelectorAll("details")].map((part) => part.open);
}

function show(panel, found) {
  const body = panel.querySelector("[data-quality-body]");
  const said = panel.querySelector("[data-quality-said]");
  const before = open(body);
  const fresh = new DOMParser().parseFromString(found.html, "text/html").body;
  body.replaceChildren(...fresh.childNodes);
  body.querySelectorAll("details").forEach((part, index) => { part.open = before[index] ?? false; });
  // Heard only when it changes: who types does not want to be told the same thing again.
  const words = found.duplicates ? said.dataset.alike.replace("{n}", found.duplicates) : "";
  const grade = panel.dataset.grade === found.grade ? "" : found.grade;
  panel.dataset.grade = found.grade;
  const text = [grade, words].filter(Boolean).join("，");
  if (said.textContent !== text) said.textContent = text;
}

export function start(root) {
  for (const panel of root.querySelectorAll("[data-quality]")) {
    const form = root.getElementById(panel.dataset.qualityForm);
    if (!form) continue;
    let timer = 0;
    let asking = null;
    const ask = async () => {
      asking?.abort();
      asking = new AbortController();
      try {
        const answer = await fetch(panel.dataset.quality, {
          method: "POST",
          body: new FormData(form),
          headers: { Accept: "application/json" },
          signal: asking.signal,
        });
        if (answer.ok && !answer.redirected) show(panel, await answer.json());
      } catch {
        // The line is down or a newer text was typed: the panel keeps what it last knew.
      }
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
  }
}
