// Shuts what was opened when its time is over, so that a screen left alone shows nobody's places.
"use strict";
(() => {
  const opened = document.getElementById("opened");
  const contacts = document.getElementById("contacts");
  setTimeout(() => {
    const told = document.createElement("p");
    told.className = "govuk-inset-text";
    const again = document.createElement("a");
    again.href = opened.dataset.again;
    again.textContent = "Go to the alert";
    told.append("The time of this opening is over. ", again, " and open it again if you still need it.");
    opened.replaceChildren(told);
    contacts?.remove();
  }, Number(opened.dataset.leaseS) * 1000);
})();
