// Suggestions under a search box, as a combobox: <... data-suggest="address" data-suggest-kind data-suggest-label
// data-suggest-count>. The address answers {options: [{text, parts: [[text, marked]], note, url}]} to ?kind=&q=.
// Where it does not answer, the box goes on as the plain box it is.
const PAUSE = 120;
let boxes = 0;

class Suggest {
  constructor(frame) {
    this.frame = frame;
    this.input = frame.querySelector("input[type=search]");
    this.options = [];
    this.active = -1;
    this.list = document.createElement("ul");
    this.list.id = `suggest-${(boxes += 1)}`;
    this.list.className = "suggest";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", frame.dataset.suggestLabel);
    this.list.hidden = true;
    this.status = document.createElement("span");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    frame.append(this.list, this.status);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // The box keeps the focus while something is chosen with the mouse.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose([...this.list.children].indexOf(event.target.closest("li"))));
  }

  get kind() {
    return this.frame.dataset.suggestKind || this.frame.querySelector("select[name=kind]")?.value || "";
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const typed = this.input.value.trim();
    this.asked?.abort();
    if (!typed || this.input.matches(":not(:focus)")) return this.close();
    this.asked = new AbortController();
    try {
      const query = new URLSearchParams({ kind: this.kind, q: typed });
      const answer = await fetch(`${this.frame.dataset.suggest}?${query}`, { headers: { Accept: "application/json" }, signal: this.asked.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { options } = await answer.json();
      if (this.input.value.trim() === typed && this.input.matches(":focus")) this.show(options);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(options) {
    this.options = options;
    this.list.replaceChildren(...options.map((option, number) => this.row(option, number)));
    this.mark(-1);
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.status.textContent = options.length ? this.frame.dataset.suggestCount.replace("{n}", options.length) : "";
  }

  row({ parts, note }, number) {
    const row = document.createElement("li");
    row.id = `${this.list.id}-${number}`;
    row.setAttribute("role", "option");
    const text = document.createElement("span");
    text.className = "suggest-text";
    for (const [part, marked] of parts) {
      const piece = document.createElement(marked ? "mark" : "span");
      piece.textContent = part;
      text.append(piece);
    }
    const side = document.createElement("span");
    side.className = "suggest-note";
    side.textContent = note;
    row.append(text, side);
    return row;
  }

  mark(number) {
    this.active = number;
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === number)));
    const row = this.list.children[number];
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.show([]);
  }

  choose(number) {
    if (this.options[number]) window.location.assign(this.options[number].url);
  }

  key(event) {
    // Keys of an input method are not meant for the list.
    if (event.isComposing) return;
    const open = !this.list.hidden;
    const rows = this.options.length + 1;
    if (event.key === "ArrowDown" && !open) {
      event.preventDefault();
      this.ask();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place of the round is the box itself.
      this.mark(((this.active + 1 + step + rows) % rows) - 1);
    } else if (open && event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }
}

export function start(root) {
  for (const frame of root.querySelectorAll("[data-suggest]")) new Suggest(frame);
}
