// Help: one press, then a receipt. And the wearer's own words, about health or about a check-in.

import { iso, now } from "../clock.js";
import { button, el, link, p, say } from "../dom.js";
import { done, isWaiting, json, sendWords } from "../queue.js";
import { pause } from "../prompts.js";
import { settings } from "../state.js";
import { get, put } from "../store.js";
import { clockTime, t } from "../words.js";
import { advised, listed, refused } from "./ask.js";

const KINDS = [["hospital", "✚"], ["held", "▣"], ["danger", "!"], ["call_me", "☎"]];
const MOST_LETTERS = 5000;

export async function help({ go }) {
  const { emergency } = settings();
  const press = (kind) => async () => {
    const about = `help-${now()}`;
    await json("help", { kind, at: iso(now()) }, about);
    await pause();
    await sendWords();
    await go(`sent/${about}/help`);
  };
  return {
    title: t("help.title"), cls: "helping",
    body: [
      p(t("help.first", { number: emergency }), "card danger"), p(t("help.lead"), "note"),
      ...KINDS.map(([kind, icon]) => button(t(`help.${kind}`), press(kind), { id: `help-${kind}`, icon })),
      link(t("help.health"), "health", { id: "to-health" }),
    ],
  };
}

export async function sent({ parts: [about, from] }) {
  const home = link(t("menu.home"), "home", { cls: "act main", id: "home" });
  const { emergency } = settings();
  const result = await done(about);
  const call = from === "help" && p(t("help.first", { number: emergency }), "note");
  if (result && (!result.ok || result.outcome === "unreadable")) return refused(result, home, call);
  if (result?.outcome === "enrolled" || result?.outcome === "take_more") return enrolled(about, result, home);
  const isUnsent = !result || (await isWaiting(about));
  const text = isUnsent ? t(from === "help" ? "help.unsent" : "unsent", { number: emergency }) : t("sent_at", { time: clockTime(result.at) });
  return {
    title: t("receipt.title"), back: false, isLive: true,
    body: [p(text, "card"), call, home],
  };
}

function enrolled(about, result, home) {
  const isDone = result.outcome === "enrolled";
  return {
    title: t("enrol.title"), back: false,
    body: isDone ? [p(t("enrol.done"), "card"), home]
      : [p(t("enrol.more", { n: result.taken }), "card"), listed(advised(result)), link(t("check.again"), `camera/enrol:${about}`, { cls: "act main", id: "retake" }), home],
  };
}

function written({ title, lead, label, path, about, question, go }) {
  const area = el("textarea", { id: "text", rows: "6", maxlength: String(MOST_LETTERS), required: true, dir: "auto" });
  const send = async () => {
    if (!area.value.trim()) { say(t(label)); area.focus(); return; }
    await json(path, { text: area.value.trim() }, about);
    if (path === "health") await pause();
    if (question) await put("said", [...((await get("said")) ?? []), question]);
    await sendWords();
    await go(`sent/${about}`);
  };
  return { title: t(title), body: [p(t(lead)), el("label", { for: "text" }, t(label)), area, button(t("send"), send, { id: "send", cls: "main" })] };
}

export const health = ({ go }) =>
  written({ title: "help.health", lead: "health.lead", label: "health.label", path: "health", about: `health-${now()}`, go });

export const statement = ({ parts, go }) => ({
  ...written({ title: "say.title", lead: "say.lead", label: "say.label", path: `check-ins/${parts[0]}/statement`, about: `say-${parts[0]}-${now()}`, question: parts[0], go }),
  back: "past",
});
