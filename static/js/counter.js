// Counts characters (not UTF-16 units) while typing; says how many are left or too many, cuts nothing off.
import { word } from "./words.js";

export function start(root) {
  for (const field of root.querySelectorAll("[data-counter]")) {
    const note = root.querySelector(`[data-counter-for="${CSS.escape(field.id)}"]`);
    if (!note) continue;
    const limit = Number(field.dataset.counter);
    const show = () => {
      const length = [...field.value.replace(/\r\n/g, "\n")].length;
      note.classList.toggle("is-over", length > limit);
      note.textContent = length > limit
        ? word("over", { n: length, over: length - limit })
        : word("count", { n: length, limit });
    };
    field.addEventListener("input", show);
    show();
  }
}
