// Keeps the queue live: the server says that something changed, the page fetches its rows.
// What a person points at or stands on stays where it is; new alerts take no focus.
"use strict";
(() => {
  const EVERY_MS = 30_000;  // ages grow also when nothing happens
  const AGAIN_MS = 5_000;
  const PRESS_MS = 2_000;  // no click takes longer
  const live = document.getElementById("live");
  const badge = document.getElementById("badge");
  const news = document.getElementById("news");
  const plainTitle = document.title.replace(/^\(\d+ urgent\) /, "");
  let running = false;
  let again = false;
  let source = null;
  let pressed = 0;  // timer: until it ends, a click may be under way
  let waiting = null;

  function say(words, isLost) {
    live.classList.toggle("ft-live--lost", isLost);
    if (live.textContent !== words) { live.textContent = words; }
  }

  function held() {
    const row = document.activeElement?.closest("[data-alert]") ?? document.querySelector("[data-alert]:hover");
    return row && { id: row.dataset.alert, top: row.getBoundingClientRect().top, isFocused: row.contains(document.activeElement) };
  }

  function known() {
    return new Set([...document.querySelectorAll("[data-alert]")].map((row) => row.dataset.alert));
  }

  function show(rows) {
    const kept = held();
    const before = known();
    document.getElementById("rows").replaceWith(rows);
    const fresh = [...rows.querySelectorAll("[data-alert]")].filter((row) => !before.has(row.dataset.alert));
    if (fresh.length) { news.textContent = `New: ${fresh.map((row) => row.querySelector("a").textContent).join(", ")}`; }
    const urgent = Number(rows.dataset.urgent);
    badge.hidden = !urgent;
    badge.textContent = `${urgent} urgent`;
    document.title = urgent ? `(${urgent} urgent) ${plainTitle}` : plainTitle;
    const row = kept && document.querySelector(`[data-alert="${CSS.escape(kept.id)}"]`);
    if (row) {
      if (kept.isFocused) { row.querySelector("a").focus({ preventScroll: true }); }
      window.scrollBy({ top: row.getBoundingClientRect().top - kept.top, behavior: "instant" });
    }
  }

  // A click on a row that is replaced while the button is down would go nowhere.
  function showSoon(rows) {
    if (pressed) { waiting = rows; } else { show(rows); }
  }

  function press(ms) {
    clearTimeout(pressed);
    pressed = setTimeout(() => {
      pressed = 0;
      if (waiting) { show(waiting); waiting = null; }
    }, ms);
  }

  async function refresh() {
    if (running) { again = true; return; }
    running = true;
    try {
      const answer = await fetch("/queue/rows", { credentials: "same-origin" });
      if (answer.redirected) { location.assign("/sign-in"); return; }
      if (!answer.ok) { throw new Error(String(answer.status)); }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      showSoon(page.getElementById("rows"));
      const isOpen = source?.readyState === EventSource.OPEN;
      say(isOpen ? "Live: new alerts appear by themselves." : "Renewed every half minute.", false);
    } catch {
      say("Not live: no connection. This list may be old. If it stays so, work by phone.", true);
    } finally {
      running = false;
      if (again) { again = false; refresh(); }
    }
  }

  function connect() {
    source = new EventSource("/queue/changes");
    source.addEventListener("queue", refresh);
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) { setTimeout(connect, AGAIN_MS); }
      refresh();  // which tells whether the list itself can still be had
    });
  }

  addEventListener("pointerdown", () => press(PRESS_MS));
  for (const over of ["pointerup", "pointercancel"]) { addEventListener(over, () => press(0)); }
  connect();
  setInterval(refresh, EVERY_MS);
})();
