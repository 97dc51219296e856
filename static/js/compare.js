// Keeps the achievements chosen for a comparison while the reader turns pages, in this tab only. Without it the boxes of one
// page are sent as they are.
const KEPT = "compare";
const MOST = 4;

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) || "[]").filter((one) => /^\d+$/.test(one));
  } catch {
    return [];
  }
}

function keep(ids) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(ids));
  } catch {
    // A browser that keeps nothing still compares what is on the page.
  }
}

function join(link) {
  const ids = [...new Set([...read(), link.dataset.compareLink])].slice(-MOST);
  const address = new URL(link.href);
  address.search = new URLSearchParams(ids.map((id) => ["id", id])).toString();
  link.href = address.href;
  link.addEventListener("click", () => keep(ids));
}

export function start(root) {
  for (const link of root.querySelectorAll("[data-compare-link]")) join(link);
  const form = root.querySelector("form[data-compare]");
  const boxes = [...root.querySelectorAll("input[data-compare-item]")];
  if (!form) return;
  let chosen = read();
  const words = form.querySelector("[data-compare-words]");
  const others = form.querySelector("[data-compare-others]");
  const usual = words.textContent;
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "button button-plain";
  clear.textContent = form.dataset.compareClear;
  form.append(clear);

  const show = (full = false) => {
    for (const box of boxes) box.checked = chosen.includes(box.value);
    const here = new Set(boxes.map((box) => box.value));
    others.replaceChildren(...chosen.filter((id) => !here.has(id)).map((id) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "id", value: id });
      return field;
    }));
    words.textContent = full ? form.dataset.compareFull
      : chosen.length ? form.dataset.compareChosen.replace("{n}", chosen.length) : usual;
    clear.hidden = !chosen.length;
    form.classList.toggle("is-chosen", chosen.length > 0);
  };
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const full = box.checked && chosen.length >= MOST;
      chosen = chosen.filter((id) => id !== box.value);
      if (box.checked && !full) chosen.push(box.value);
      keep(chosen);
      show(full);
    });
  }
  clear.addEventListener("click", () => {
    chosen = [];
    keep(chosen);
    show();
  });
  show();
}
