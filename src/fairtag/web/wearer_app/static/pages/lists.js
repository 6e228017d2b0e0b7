// What was, what the order says, what was written to the wearer, and how the app behaves.

import { now } from "../clock.js";
import { button, el, link, p } from "../dom.js";
import { hours, known, settings as told } from "../state.js";
import { get, prompts, put } from "../store.js";
import { LANGUAGES, dayOf, has, language, ofItem, t, when } from "../words.js";

const ENDED = { cannot: "cannot", refused: "refused_by_limit", answered: "answered", paused: "void", void: "void" };

// What the service knows, and what only this device knows yet.
export async function past() {
  const listed = (known()?.check_ins ?? []).map((one) => ({ id: one.check_in_id, at: Date.parse(one.at), until: Date.parse(one.until), code: codeOf(one) }));
  const said = (await get("said")) ?? [];
  const ids = new Set(listed.map((one) => one.id));
  const own = (await prompts.all()).filter((one) => !ids.has(one.id) && one.state !== "waiting")
    .map((one) => ({ id: one.id, at: one.not_before, until: one.expires_at, code: ownCode(one) }));
  const all = [...listed, ...own].sort((a, b) => b.at - a.at);
  return {
    title: t("past.title"), isLive: true,
    body: [all.length === 0 && p(t("past.none")), el("ul", { class: "list" }, ...all.map((one) => row(one, said.includes(one.id))))],
  };
}

function codeOf(one) {
  if (one.outcome && has(`past.${one.outcome}`)) return one.outcome;
  if (one.is_void) return "void";
  return has(`past.${one.state}`) ? one.state : "open";
}

function ownCode(one) {
  if (one.state === "over") return one.was_shown ? "expired_shown" : "not_delivered";
  return ENDED[one.state] ?? "open";
}

function row(one, isSaid) {
  return el("li", {}, el("strong", {}, when(one.at, now())), p(t(`past.${one.code}`, { until: when(one.until, now()) })),
    isSaid && p(t("past.said"), "note"), one.code !== "open" && link(t("past.say"), `statement/${one.id}`, { id: `say-${one.id}` }));
}

export async function order() {
  const me = known();
  const facts = me?.order ? factsOf(me.order) : [p(t("home.order_over"), "card")];
  return {
    title: t("order.title"),
    body: [
      el("h2", {}, t("order.asks")), el("ul", { class: "list" }, ...(me?.conditions ?? []).map(asks)),
      el("h2", {}, t("order.collected")), el("ul", {}, ...(me?.collected ?? []).map((one) => el("li", {}, t(`collected.${one}`)))),
      p(t("order.never"), "note"), ...facts,
      el("h2", {}, t("order.looks")), el("a", { href: "/my", class: "act plain", id: "my" }, t("order.looks_link")),
    ],
  };
}

const factsOf = (told) => [el("dl", {},
  el("dt", {}, t("order.made_by")), el("dd", {}, told.authority),
  el("dt", {}, t("order.lasts")), el("dd", {}, t("order.span", { from: dayOf(Date.parse(told.starts_at)), until: dayOf(Date.parse(told.ends_at)) })),
  el("dt", {}, t("order.review")), el("dd", {}, dayOf(Date.parse(`${told.review_by}T12:00:00Z`))))];

function asks(one) {
  const lines = [p(t(`cond.${one.kind}`, { n: one.most ?? "" }))];
  if (one.always) lines.push(p(t("cond.always"), "note"));
  else if (one.now_until && Date.parse(one.now_until) > now()) lines.push(p(t("cond.now", { until: when(Date.parse(one.now_until), now()) }), "note"));
  if (one.next && !one.always) lines.push(p(t("cond.next", { from: when(Date.parse(one.next.from), now()), until: when(Date.parse(one.next.to), now()) }), "note"));
  return el("li", {}, ...lines);
}

export async function messages() {
  const all = (await get("messages")) ?? [];
  if (all.some((one) => one.is_new)) await put("messages", all.map((one) => ({ ...one, is_new: false })));
  const places = { number: told().emergency };
  return {
    title: t("menu.messages"), isLive: true,
    body: [all.length === 0 && p(t("messages.none")), el("ul", { class: "list" }, ...all.reverse().map((one) => el("li", { class: one.is_danger ? "danger" : null }, el("strong", {}, when(one.at, now())), p(ofItem(one.text, places)))))],
  };
}

export const languages = (renamed) => el("div", { class: "languages", role: "group", "aria-label": t("settings.language") },
  ...LANGUAGES.map(([code, name]) => {
    const made = button(name, () => renamed(code), { id: `language-${code}`, cls: "plain" });
    made.lang = code;
    made.setAttribute("aria-pressed", String(code === language()));
    return made;
  }));

export async function settings({ renamed }) {
  const box = el("input", { type: "checkbox", id: "sound", onchange: (event) => put("sound", event.target.checked) });
  box.checked = (await get("sound")) !== false;
  const [{ from, to }] = hours();
  return {
    title: t("settings.title"),
    body: [el("h2", {}, t("settings.language")), languages(renamed), el("label", { for: "sound", class: "tick" }, box, el("span", {}, t("settings.sound", { from, to })))],
  };
}
