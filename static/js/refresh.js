// An element with an id and data-refresh="seconds" renews itself from the same address until the server
// sends it without the attribute. Waits longer while the page is hidden or the server does not answer.
async function renew(element) {
  const seconds = Number(element.dataset.refresh);
  if (!seconds) return;
  await new Promise((resolve) => { setTimeout(resolve, seconds * (document.hidden ? 5000 : 1000)); });
  let next = element;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(element.id);
      if (!found) return;
      next = document.adoptNode(found);
      element.replaceWith(next);
    }
  } catch {
    await new Promise((resolve) => { setTimeout(resolve, 5000); });
  }
  renew(next);
}

export function start(root) {
  root.querySelectorAll("[data-refresh][id]").forEach(renew);
}
