// The first page: what to do now, what comes next, and where the rest is.

import { now } from "../clock.js";
import { el, link, p } from "../dom.js";
import * as prompts from "../prompts.js";
import { done, isWaiting, waiting } from "../queue.js";
import { hours, known, settings } from "../state.js";
import { get } from "../store.js";
import { dayOf, span, t, when } from "../words.js";

export const left = (until, words = "home.left") =>
  el("p", { class: "left", "data-until": String(until), "data-words": words }, t(words, { time: span(until - now()) }));

export async function home() {
  const me = known();
  const prompt = await prompts.current();
  const isLost = await get("is_lost");
  const unsent = await waiting();
  const body = [
    isLost && el("div", { class: "card" }, p(t("pair.lost")), link(t("pair.title"), "pair", { id: "again" })),
    ...stoppedCard(me),
    prompt ? askCard(prompt) : await quiet(me),
    unsent > 0 && p(t("home.waiting", { n: unsent }), "note"),
    ...curfews(me), nights(me), p(t("home.keep_open"), "note more"),
    p(t("help.first", { number: settings().emergency }), "note more"), menu(),
  ];
  return { title: t(prompt ? "ask.title" : "title"), back: false, body, isLive: true, cls: "home", start: () => prompt && prompts.shown(prompt.id) };
}

function askCard(prompt) {
  return el("div", { class: "card asking" },
    p(t("ask.until", { until: when(prompt.expires_at, now()) })), left(prompt.expires_at),
    link(t(prompt.modality === "face_photo" ? "ask.go" : "home.asked"), prompt.modality === "face_photo" ? `camera/${prompt.id}` : `ask/${prompt.id}`, { cls: "act main", id: "go" }),
    link(t("ask.cannot"), `cannot/${prompt.id}`, { id: "cannot" }));
}

// A missed review is nobody's fault here: what still holds must not be guessed from a message.
function stoppedCard(me) {
  if (!me?.order?.stopped_since) return [];
  const words = me.order.is_standing ? "inbox.review_standing" : "inbox.review_stopped";
  return [el("div", { class: "card", id: "stopped" }, p(t(words, { by: dayOf(Date.parse(`${me.order.review_by}T12:00:00Z`)) })))];
}

async function quiet(me) {
  if (me && !me.order) return p(t("home.order_over"), "card");
  const until = await prompts.paused();
  if (until) return p(until === Infinity ? t("inbox.paused") : t("home.paused", { until: when(until, now()) }), "card");
  const invited = me?.enrolment;
  if (invited && (await done(invited.id))?.outcome !== "enrolled" && !(await isWaiting(invited.id))) {
    return el("div", { class: "card asking" }, p(t("home.enrol")), link(t("ask.go"), `camera/enrol:${invited.id}`, { cls: "act main", id: "go" }));
  }
  return p(t("home.nothing"), "card calm");
}

// Only what binds now or comes next: no place is ever kept or shown here.
function curfews(me) {
  return (me?.conditions ?? []).filter((one) => one.kind === "curfew").flatMap((one) => {
    const until = one.now_until && Date.parse(one.now_until);
    if (until && until > now()) return [p(t("home.curfew_now", { until: when(until, now()) }), "duty"), left(until)];
    if (!one.next) return [];
    const [from, to] = [Date.parse(one.next.from), Date.parse(one.next.to)];
    return [p(t("home.curfew_next", { from: when(from, now()), to: when(to, now()) }), "duty"), left(from, "home.starts_in")];
  });
}

function nights(me) {
  const most = me?.conditions?.find((one) => one.kind === "check_in")?.most;
  return el("div", { class: "note" },
    ...hours().map(({ from, to }) => p(t("home.protected", { from, to }))),
    most ? p(t("home.most", { n: most })) : null);
}

const menu = () => el("nav", { "aria-label": t("menu") },
  link(t("menu.past"), "past", { id: "to-past" }), link(t("menu.order"), "order", { id: "to-order" }),
  link(t("menu.messages"), "messages", { id: "to-messages" }), link(t("complain.title"), "complaints", { id: "to-complaints" }), link(t("menu.settings"), "settings", { id: "to-settings" }));

