// The little that needs a script: the viewer's time zone, copying, keys. Everything else works without.
(() => {
  "use strict";
  const local = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.title = `${at.toLocaleString()} (${time.dataset.utc ?? time.dateTime})`;
    }
    for (const button of root.querySelectorAll("button.copy[hidden]")) button.hidden = false;
  };
  const typing = (target) => target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const move = (step) => {
    const all = rows();
    if (all.length === 0) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.max(0, Math.min(all.length - 1, now === -1 ? 0 : now + step))];
    (next.matches("a, summary, button") ? next : next.querySelector("a, summary, button"))?.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") document.querySelector("dialog#keys")?.showModal();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button.copy") : null;
    if (!button) return;
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom ?? "")?.textContent ?? "";
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      button.textContent = "press Ctrl-C";
    }
    setTimeout(() => { button.textContent = before; }, 1500);
  });
  document.addEventListener("DOMContentLoaded", () => local(document));
  document.addEventListener("htmx:afterSwap", (event) => local(event.target.parentElement ?? document));
})();
