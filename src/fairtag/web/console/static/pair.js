// Keys 1 to 4 choose an answer, Z makes the pictures larger, and both move together.
// When the pair's time is over nothing of it stays on the screen.
"use strict";
(() => {
  const pair = document.getElementById("pair");
  const zoom = document.getElementById("zoom");
  const form = document.getElementById("answer");
  const photos = [...pair.querySelectorAll(".ft-photo")];
  let leads = null;
  for (const one of photos) {
    for (const sign of ["pointerenter", "focus"]) one.addEventListener(sign, () => { leads = one; });
    one.addEventListener("scroll", () => {
      if (leads !== one) return;
      for (const other of photos) {
        if (other === one) continue;
        other.scrollLeft = one.scrollLeft;
        other.scrollTop = one.scrollTop;
      }
    });
  }
  zoom.addEventListener("change", () => {
    for (const one of photos) {
      one.scrollLeft = (one.scrollWidth - one.clientWidth) / 2;
      one.scrollTop = (one.scrollHeight - one.clientHeight) / 2;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.matches("textarea, input[type=password]")) return;
    if (event.key === "z" || event.key === "Z") {
      zoom.click();
      event.preventDefault();
      return;
    }
    const chosen = form && /^[1-4]$/.test(event.key) && document.getElementById(`answer-${event.key}`);
    if (!chosen) return;
    chosen.checked = true;
    chosen.focus();
    if (chosen.hasAttribute("data-adverse")) document.getElementById("note").focus();
    event.preventDefault();
  });
  const until = Date.now() + Number(pair.dataset.leaseS) * 1000;
  const asking = setInterval(() => {
    if (Date.now() < until) return;
    clearInterval(asking);
    const told = document.createElement("p");
    told.className = "govuk-inset-text";
    told.textContent = "The time of this pair is over. Go back and open it again if you still need it.";
    pair.replaceChildren(told);
  }, 1000);
})();
