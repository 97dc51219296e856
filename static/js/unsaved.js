// Warns before typing is lost: only when something changed and the form is not being sent.
export function start(root) {
  for (const form of root.querySelectorAll("form[data-unsaved]")) {
    let changed = form.querySelector("[aria-invalid=true]") !== null;
    const warn = (event) => {
      if (changed) event.preventDefault();
    };
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) changed = false;
    });
    window.addEventListener("beforeunload", warn);
  }
}
