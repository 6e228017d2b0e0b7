// Keeps the queue live: the server says that something changed, the page fetches its rows.
"use strict";
(() => {
  const live = document.getElementById("live");
  let running = false;
  let again = false;

  async function refresh() {
    if (running) { again = true; return; }
    running = true;
    try {
      const answer = await fetch("/queue/rows", { credentials: "same-origin" });
      if (answer.redirected) { location.assign("/sign-in"); return; }
      if (!answer.ok) { throw new Error(String(answer.status)); }
      const held = document.activeElement?.closest("[data-alert]")?.dataset.alert;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("rows").replaceWith(page.getElementById("rows"));
      if (held) { document.querySelector(`[data-alert="${CSS.escape(held)}"] a`)?.focus(); }
      live.textContent = "Live: new alerts appear by themselves.";
    } catch {
      live.textContent = "Not live: the list may be old. Reload the page.";
    } finally {
      running = false;
      if (again) { again = false; refresh(); }
    }
  }

  const source = new EventSource("/queue/changes");
  source.addEventListener("queue", refresh);
  source.addEventListener("error", () => {
    live.textContent = "Connection lost. Trying again; the list may be old.";
  });
})();
