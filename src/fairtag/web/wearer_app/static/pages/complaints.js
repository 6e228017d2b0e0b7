// Complaints: the wearer writes one, with or without a network, and reads what became of each.

import { now } from "../clock.js";
import { button, el, link, p, say } from "../dom.js";
import { json, sendWords, waiting } from "../queue.js";
import { Offline, Unpaired, ask } from "../server.js";
import { dayOf, t } from "../words.js";

const MOST_LETTERS = 5000;
const noon = (day) => Date.parse(`${day}T12:00:00Z`);

// The answers are asked for each time: none is kept on the device.
export async function complaints() {
  const listed = await fetched();
  const unsent = await waiting();
  return {
    title: t("complain.title"),
    body: [
      p(t("complain.lead")), link(t("complain.write"), "complain", { cls: "act main", id: "write" }),
      unsent > 0 && p(t("home.waiting", { n: unsent }), "note"),
      listed === null ? p(t("complain.offline"), "card") : listed.length === 0 && p(t("complain.none"), "note"),
      listed?.length > 0 && el("ul", { class: "list" }, ...listed.map(row)),
      listed?.length > 0 && p(t("complain.turn"), "note"),
    ],
  };
}

async function fetched() {
  try {
    const { ok, told } = await ask("complaints");
    return ok ? (told.complaints ?? []) : null;
  } catch (error) {
    if (error instanceof Offline || error instanceof Unpaired) return null;
    throw error;
  }
}

function row(one) {
  const came = el("strong", {}, t("complain.came", { day: dayOf(noon(one.received_on)) }));
  if (!one.answered_at) return el("li", {}, came, p(t("complain.open", { day: dayOf(noon(one.answer_by)) })), one.is_late && p(t("complain.late"), "danger"));
  const answer = p(one.answer, "answer");
  answer.dir = "auto";
  return el("li", {}, came, p(t("complain.done", { day: dayOf(Date.parse(one.answered_at)), by: one.by })), p(t(`complain.${one.outcome.replaceAll(" ", "_")}`)), answer);
}

export function complain({ go }) {
  const area = el("textarea", { id: "text", rows: "6", maxlength: String(MOST_LETTERS), required: true, dir: "auto" });
  const whom = el("input", { id: "whom", type: "text", maxlength: "100", autocomplete: "off", dir: "auto" });
  const send = async () => {
    if (!area.value.trim()) { say(t("say.label")); area.focus(); return; }
    const about = `complain-${now()}`;
    await json("complaints", { text: area.value.trim(), about: whom.value.trim() }, about);
    await sendWords();
    await go(`sent/${about}`);
  };
  return {
    title: t("complain.write"), back: "complaints",
    body: [
      el("label", { for: "text" }, t("say.label")), area,
      el("label", { for: "whom" }, t("complain.about")), whom, button(t("send"), send, { id: "send", cls: "main" }),
    ],
  };
}
