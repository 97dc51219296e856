// Province → city → county: a change fills the next select from <endpoint>/<code>, a JSON list of {code, name}.
// Where the answer does not come, the button of the plain page comes back and the server does the step.
// Started again after a row was added, it takes up the new pickers only.
function fill(select, choices) {
  select.length = 1;
  for (const { code, name } of choices) select.add(new Option(name, code));
  select.disabled = choices.length === 0;
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-region]:not([data-started])")) {
    box.dataset.started = "";
    const selects = [...box.querySelectorAll("select")];
    const button = box.querySelector("button");
    selects.forEach((select, level) => {
      select.disabled = level > 0 && select.length < 2;
      select.addEventListener("change", async () => {
        selects.slice(level + 1).forEach((later) => fill(later, []));
        if (!select.value || level + 1 >= selects.length) return;
        const asked = select.value;
        try {
          const answer = await fetch(`${box.dataset.region}/${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
          if (!answer.ok) throw new Error(String(answer.status));
          const choices = await answer.json();
          if (select.value === asked) fill(selects[level + 1], choices);
        } catch {
          selects.forEach((each) => { each.disabled = false; });
          button?.classList.remove("no-js-only");
        }
      });
    });
  }
}
