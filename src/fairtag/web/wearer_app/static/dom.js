// How is a page put together? Elements by function: no text is ever read as markup.

export function el(name, told = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(told)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export const p = (text, cls) => el("p", { class: cls }, text);

// A press that is still being worked on takes no second one.
export function button(text, act, { id, cls = "", icon } = {}) {
  const made = el("button", { type: "button", id, class: `act ${cls}`.trim() }, text);
  if (icon) made.prepend(el("span", { "aria-hidden": "true", class: "mark" }, icon));
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-disabled") === "true") return;
    made.setAttribute("aria-disabled", "true");
    try {
      await act();
    } finally {
      made.removeAttribute("aria-disabled");
    }
  });
  return made;
}

export const link = (text, to, { id, cls = "act plain" } = {}) => el("a", { href: `#/${to}`, id, class: cls }, text);

// Say something to who listens to the screen; the same words twice are said twice.
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = text; });
}
