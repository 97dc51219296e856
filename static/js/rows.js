// Repeatable rows of a form: add by copying the last row, remove, renumber. With no row left to copy the
// button sends the form and the server adds one, as it does without scripts.
const NAMED = ["name", "id", "for", "aria-describedby", "value"];

function renumber(box, prefix) {
  const pattern = new RegExp(`^${prefix.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}-\\d+`);
  box.querySelectorAll("[data-row]").forEach((row, index) => {
    row.querySelector("[data-row-number]").textContent = String(index + 1);
    for (const element of row.querySelectorAll("*")) {
      for (const name of NAMED) {
        if (name === "value" && !element.matches("button")) continue;
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(pattern, `${prefix}-${index}`));
      }
      const counted = element.dataset.counterFor;
      if (counted) element.dataset.counterFor = counted.replace(pattern, `${prefix}-${index}`);
    }
  });
}

function clear(row) {
  row.querySelectorAll(".field-error, .remark, [data-row-own]").forEach((element) => element.remove());
  row.querySelectorAll("[readonly]").forEach((element) => element.removeAttribute("readonly"));
  row.querySelectorAll(".field-bad").forEach((element) => element.classList.remove("field-bad"));
  row.querySelectorAll("[aria-invalid]").forEach((element) => element.removeAttribute("aria-invalid"));
  for (const field of row.querySelectorAll("input, select, textarea")) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else if (field.tagName === "SELECT") field.selectedIndex = 0;
    else if (field.name !== "csrf_token") field.value = "";
  }
  row.querySelectorAll("output").forEach((output) => { output.textContent = ""; });
  row.querySelectorAll("[data-region] > :not(:first-child) select").forEach((level) => { level.length = 1; });
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-rows]")) {
    const prefix = box.dataset.rows;
    const limit = Number(box.dataset.limit || 0);
    const add = box.querySelector("[data-row-add]");
    const rows = () => box.querySelectorAll("[data-row]");
    const refresh = () => {
      renumber(box, prefix);
      add.hidden = limit > 0 && rows().length >= limit;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    add.addEventListener("click", (event) => {
      const last = [...rows()].at(-1);
      if (!last) return;
      event.preventDefault();
      const row = last.cloneNode(true);
      clear(row);
      row.querySelectorAll("[data-region]").forEach((region) => { delete region.dataset.started; });
      last.after(row);
      refresh();
      import("./capital.js").then((part) => part.start(document));
      import("./regions.js").then((part) => part.start(document));
      import("./counter.js").then((part) => part.start(document));
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-row-remove]");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("[data-row]");
      if (rows().length === 1) {
        clear(row);
      } else {
        row.remove();
      }
      refresh();
      add.focus();
    });
  }
}
