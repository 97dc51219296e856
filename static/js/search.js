// The 成果/需求 switch goes straight to its list instead of through the redirect, and the words are kept.
const LISTS = { achievement: "/achievements", demand: "/demands" };

export function start(root) {
  for (const select of root.querySelectorAll(".search select[name=kind]")) {
    select.form.addEventListener("submit", () => {
      select.form.action = LISTS[select.value];
      select.disabled = true;
    });
  }
  // A page restored by the back button keeps the switch usable.
  window.addEventListener("pageshow", () => {
    for (const select of root.querySelectorAll(".search select[name=kind]")) select.disabled = false;
  });
}
