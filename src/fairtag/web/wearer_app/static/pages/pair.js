// Connecting this device by its token, and the end, when everything here was deleted.

import { button, el, p, say } from "../dom.js";
import { Offline, Unpaired } from "../server.js";
import { get } from "../store.js";
import { t } from "../words.js";
import { languages } from "./lists.js";

// What stands after '#' is never sent to anybody; it is taken out of the address at once.
function fromAddress() {
  const found = /^#pair=(.+)$/.exec(location.hash);
  if (!found) return "";
  history.replaceState(null, "", location.pathname);
  return found[1]; // tokens have no signs that an address would write otherwise
}

let typed = ""; // so that another language does not lose it

export async function pair({ go, render, renamed, paired }) {
  const field = el("input", { id: "code", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", dir: "ltr" });
  typed = fromAddress() || typed;
  field.value = typed;
  field.addEventListener("input", () => { typed = field.value; });
  const wrong = el("p", { class: "wrong", id: "wrong" });
  const refuse = (code) => { wrong.textContent = t(code); field.setAttribute("aria-describedby", "wrong"); say(t(code)); field.focus(); };
  const connect = async () => {
    const token = field.value.trim();
    if (!token) { refuse("pair.wrong"); return; }
    try {
      if (!(await paired(token))) { refuse("ours"); return; }
      typed = "";
      if (location.hash === "#/home") await render();
      else await go("home");
    } catch (error) {
      if (error instanceof Unpaired) refuse("pair.wrong");
      else if (error instanceof Offline) refuse("pair.offline");
      else throw error;
    }
  };
  const isAgain = Boolean(await get("token"));
  return {
    title: t("pair.title"), back: isAgain ? "home" : false,
    body: [languages(renamed), isAgain && p(t("pair.again"), "card"), p(t("pair.lead")), el("label", { for: "code" }, t("pair.code")), field, wrong, button(t("pair.go"), connect, { id: "connect", cls: "main" })],
  };
}

export async function stopped({ ended }) {
  return {
    title: t("stopped.title"), back: false,
    body: [p(t("stopped.lead"), "card"), p(t(ended?.told ? "stopped.told" : "stopped.untold"))],
  };
}
