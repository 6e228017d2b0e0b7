// One question: what is asked, until when, 'I can't now', and the receipt.

import { iso, now } from "../clock.js";
import { button, el, link, p } from "../dom.js";
import { MOST_A_DAY } from "../limits.js";
import * as prompts from "../prompts.js";
import { isWaiting, json, sendWords } from "../queue.js";
import { prompts as kept } from "../store.js";
import { clockTime, has, t, when } from "../words.js";
import { left } from "./home.js";

const REASONS = ["driving", "working", "unwell", "no_privacy", "unsafe", "other"];

export async function ask({ parts }) {
  const prompt = await kept.get(parts[0]);
  if (["answered", "cannot"].includes(prompt?.state)) return receipt({ parts });
  if (!prompt || now() >= prompt.expires_at) return over(prompt);
  return {
    title: t("ask.title"), isLive: true, start: () => prompts.shown(prompt.id),
    body: [
      p(t(`inbox.${prompt.modality}`)), p(t("ask.until", { until: when(prompt.expires_at, now()) })), left(prompt.expires_at),
      prompt.modality === "face_photo" && link(t("ask.go"), `camera/${prompt.id}`, { cls: "act main", id: "go" }),
      link(t("ask.cannot"), `cannot/${prompt.id}`, { id: "cannot" }),
      p(t("ask.why"), "note"), prompt.number && p(t("ask.number", { n: prompt.number, most: MOST_A_DAY }), "note"),
    ],
  };
}

export function over(prompt) {
  return {
    title: t("ask.title"),
    body: [p(t("ask.over")), prompt && link(t("past.say"), `statement/${prompt.id}`, { cls: "act main", id: "say" }), link(t("help.bar"), "help", { id: "to-help" })],
  };
}

export async function cannot({ parts, go }) {
  const prompt = await kept.get(parts[0]);
  if (!prompt) return over(null);
  const press = (reason) => async () => {
    await json(`check-ins/${prompt.id}/cannot`, { reason, at: iso(now()) }, prompt.id);
    await prompts.move(prompt.id, "cannot");
    await sendWords();
    await go(`receipt/${prompt.id}`);
  };
  return {
    title: t("ask.cannot"), start: () => prompts.shown(prompt.id),
    body: [p(t("cannot.lead")), ...REASONS.map((one) => button(t(`cannot.${one}`), press(one), { id: `why-${one}` }))],
  };
}

export async function receipt({ parts }) {
  const prompt = await kept.get(parts[0]);
  const isUnsent = await isWaiting(parts[0]);
  const home = link(t("menu.home"), "home", { cls: "act main", id: "home" });
  if (prompt?.state === "cannot") {
    return { title: t("receipt.title"), back: false, isLive: true, body: [p(t("cannot.done")), isUnsent && p(t("unsent")), home] };
  }
  const { result, captured_at: taken } = prompt ?? {};
  if (isUnsent || !result) {
    return { title: t("receipt.title"), back: false, isLive: true, body: [p(t("receipt.unsent", { taken: clockTime(taken ?? now()) })), home] };
  }
  if (!result.ok || !result.captured_at) return refused(result, home);
  const advice = advised(result);
  const both = p(t("receipt.both", { taken: clockTime(Date.parse(result.captured_at)), received: clockTime(Date.parse(result.received_at)) }), "both");
  if (advice.length > 0 && now() < prompt.expires_at) {
    return {
      title: t("advice.title"), back: false,
      body: [listed(advice), left(prompt.expires_at),
        link(t("check.again"), `camera/${prompt.id}`, { cls: "act main", id: "retake" }), link(t("advice.leave"), "home", { id: "leave" }), both],
    };
  }
  return { title: t("receipt.title"), back: false, body: [both, p(t("receipt.next"), "note"), home] };
}

export const advised = (result) =>
  [...new Set((result.advice ?? []).map((one) => t(has(`advice.${one}`) ? `advice.${one}` : "advice.other")))];

export const listed = (advice) => el("ul", { class: "advice" }, ...advice.map((one) => el("li", {}, one)));

export const refused = (result, home, call = null) => ({
  title: t("menu.past"), back: false,
  body: [p(t("refused")), result.do && el("p", { lang: "en", dir: "ltr", class: "note" }, result.do), call, home],
});
