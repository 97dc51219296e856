// What was viewed last, kept in this browser and sent nowhere: a page marks itself, the lists show the marks.
const KEPT = "recently-viewed";
const MOST = 8;

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) || "[]");
    return kept.filter((one) => typeof one.title === "string" && /^\/(achievements|demands)\/\d+$/.test(one.url));
  } catch {
    return [];
  }
}

function keep(items) {
  try {
    if (items.length) localStorage.setItem(KEPT, JSON.stringify(items.slice(0, MOST)));
    else localStorage.removeItem(KEPT);
  } catch {
    // Nothing is kept where the browser keeps nothing.
  }
}

export function start(root) {
  const page = root.querySelector("[data-recent-item]");
  if (page) {
    const item = { url: page.dataset.recentItem, title: page.dataset.recentTitle };
    keep([item, ...read().filter((one) => one.url !== item.url)]);
  }
  const place = root.querySelector("[data-recent-list]");
  if (!place) return;
  const items = read();
  const list = place.querySelector("ul");
  list.replaceChildren(...items.map((one) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = one.url;
    link.textContent = one.title;
    line.append(link);
    return line;
  }));
  place.hidden = !items.length;
  place.querySelector("button").addEventListener("click", () => {
    keep([]);
    place.hidden = true;
  });
}
