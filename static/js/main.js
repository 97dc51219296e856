// Entry: marks that scripts run, then loads only what this page needs. Every page works without it.
document.documentElement.classList.add("js");

const parts = [
  ["form[data-unsaved]", "./unsaved.js"],
  ["[data-counter]", "./counter.js"],
  ["[data-capital]", "./capital.js"],
  ["[data-region]", "./regions.js"],
  ["[data-rows]", "./rows.js"],
  ["[data-sums]", "./sums.js"],
  ["[data-confirm]", "./confirm.js"],
  ["[data-refresh]", "./refresh.js"],
  ["form[data-auto-submit], [data-print], [data-copy], thead .is-check, #error-summary", "./small.js"],
  ["form[data-compare], [data-compare-link]", "./compare.js"],
  ["[data-recent-item], [data-recent-list]", "./recent.js"],
  [".search select[name=kind]", "./search.js"],
  ["[data-suggest]", "./suggest.js"],
  ["[data-quality]", "./quality.js"],
];

const wanted = parts.filter(([selector]) => document.querySelector(selector));
const started = wanted.map(([, address]) => import(address).then((part) => part.start(document)));

// From here on a click meets the script it is meant for: what waits for the page (tests do) waits for this.
Promise.all(started).then(() => document.documentElement.setAttribute("data-ready", ""));
