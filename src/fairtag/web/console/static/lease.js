// Shuts what was opened when its time is over, so that a screen left alone shows nobody's places.
// Asks the clock again and again: a timer of an hour stands still while a laptop sleeps.
"use strict";
(() => {
  const opened = document.getElementById("opened");
  const contacts = document.getElementById("contacts");
  const until = Date.now() + Number(opened.dataset.leaseS) * 1000;
  const asking = setInterval(() => {
    if (Date.now() < until) return;
    clearInterval(asking);
    const told = document.createElement("p");
    told.className = "govuk-inset-text";
    const again = document.createElement("a");
    again.href = opened.dataset.again;
    again.textContent = "Go to the alert";
    told.append("The time of this opening is over. ", again, " and open it again if you still need it.");
    opened.replaceChildren(told);
    contacts?.remove();
  }, 1000);
})();
