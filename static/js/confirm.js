// Asks before a button with data-confirm sends its form, in a real dialog (keyboard, screen reader). The server
// never relies on it: what cannot be undone has its own confirmation page.
import { word } from "./words.js";

function ask(question, label) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.id = "confirm-text";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", text.id);
  const bar = document.createElement("div");
  bar.className = "buttons";
  const button = (word, value, kind) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `button ${kind}`;
    element.textContent = word;
    element.addEventListener("click", () => dialog.close(value));
    bar.append(element);
  };
  button(label, "yes", "button-primary");
  button(word("cancel"), "no", "");
  dialog.append(text, bar);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

export function start(root) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-confirm]");
    if (!button?.form) return;
    event.preventDefault();
    if (await ask(button.dataset.confirm, button.textContent.trim())) {
      button.form.requestSubmit(button);
    }
  });
}
