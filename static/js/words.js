// The words scripts show, written into the page by base.html so that they are translated with the rest.
const words = JSON.parse(document.getElementById("words")?.textContent || "{}");

export function word(name, values = {}) {
  return (words[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}
