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
  for (const all of root.querySelectorAll("input[data-check-all]")) {
    const boxes = () => root.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.checkAll)}"]`);
    all.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
  }
  root.getElementById("error-summary")?.focus();
}
