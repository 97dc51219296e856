// Small helps: filters that apply themselves, print, copy, "choose all", focus on the error summary.
import { word } from "./words.js";

export function start(root) {
  for (const form of root.querySelectorAll("form[data-auto-submit]")) {
    form.addEventListener("change", (event) => {
      if (event.target.type !== "search") form.requestSubmit();
    });
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const done = document.createElement("span");
      done.className = "copy-done";
      done.setAttribute("role", "status");
      button.after(done);
      try {
        await navigator.clipboard.writeText(button.dataset.copy || location.href);
        done.textContent = word("copied");
      } catch {
        done.textContent = word("copy", { text: button.dataset.copy || location.href });
      }
      setTimeout(() => done.remove(), 8000);
    });
  }
  for (const head of root.querySelectorAll("thead .is-check")) {
    const boxes = [...head.closest("table").querySelectorAll("tbody .is-check input[type=checkbox]")];
    if (boxes.length < 2) continue;
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", word("all"));
    all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
    head.append(all);
  }
  root.getElementById("error-summary")?.focus();
}
