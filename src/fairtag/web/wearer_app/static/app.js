// The app: pages by the address after '#', a heartbeat that asks the service, and a bar with help.

import * as clock from "./clock.js";
import { el, link, p, say } from "./dom.js";
import { camera } from "./pages/camera.js";
import { ask, cannot, receipt } from "./pages/ask.js";
import { complain, complaints } from "./pages/complaints.js";
import { health, help, sent, statement } from "./pages/help.js";
import { home } from "./pages/home.js";
import { messages, order, past, settings } from "./pages/lists.js";
import { pair, stopped } from "./pages/pair.js";
import * as prompts from "./prompts.js";
import * as queue from "./queue.js";
import { Offline, Unpaired, ask as asked, postJson } from "./server.js";
import { isProtected } from "./limits.js";
import * as state from "./state.js";
import { get, purge, put, wipe } from "./store.js";
import * as words from "./words.js";

const { t } = words;
const BEAT_MS = 20_000;
const LEAST_BEAT_MS = 1_000; // in a demo, whose minutes are short
const ME_AGE_MS = 6 * 3600 * 1000; // each asking of /me is a look, written into the log
const LOOKED_AT_MS = 5 * 60 * 1000; // who opens a list wants it new
const PAGES = { home, ask, cannot, camera, receipt, help, health, sent, statement, past, order, messages, complaints, complain, settings, pair, stopped };
let shown = { name: "", stop: null, page: null };
let turn = 0; // of two pages on their way, the later one is shown
let leaving = 0; // pages that somebody asked for and that are on their way: news waits for them
let isNew = false;
let sounds = null;

// Once everything was deleted, nothing may be written again: the page that says so stays.
let ended = null;
let sweeping = null; // nothing is deleted under its hands

export async function render({ keepFocus = false } = {}) {
  if (keepFocus) { await draw(true); return; }
  leaving += 1;
  try { await draw(false); }
  finally { leaving -= 1; }
  if (isNew && !leaving) await renewed();
}

// What is new is shown, unless a page is on its way: that one would be lost.
async function renewed() {
  isNew = leaving > 0;
  if (isNew) return;
  if (shown.page?.isLive) await render({ keepFocus: true });
  else await frame();
}

async function draw(keepFocus) {
  turn += 1;
  const mine = turn;
  const [name, ...parts] = location.hash.replace(/^#\/?/, "").split("/");
  const isPairing = name.startsWith("pair=") || (!ended && !(await get("token")));
  const wanted = ended ? "stopped" : isPairing ? "pair" : name;
  const page = Object.hasOwn(PAGES, wanted) ? PAGES[wanted] : home;
  const made = await page({ parts, render, go, renamed, ended, paired });
  if (mine !== turn) return;
  const held = document.activeElement?.id;
  shown.stop?.();
  if (["past", "order"].includes(wanted) && shown.name !== wanted) renewSoon();
  shown = { name: Object.hasOwn(PAGES, wanted) ? wanted : "home", stop: made.stop ?? null, page: made };
  const main = document.getElementById("main");
  const title = el("h1", { tabindex: "-1", id: "title" }, made.title);
  main.replaceChildren(...(made.back === false ? [] : [el("a", { href: `#/${made.back ?? "home"}`, class: "back", id: "back" }, el("span", {}, t("back")))]), title, ...made.body.filter(Boolean));
  main.className = made.cls ?? "";
  document.title = `${made.title} – fairtag`;
  await frame();
  if (!keepFocus) { document.getElementById("page").scrollTo(0, 0); title.focus({ preventScroll: true }); }
  else if (held) document.getElementById(held)?.focus();
  made.start?.();
}

// What stands around every page: what is true of all, what waits, and help.
async function frame() {
  const { is_demo, is_rehearsal, emergency } = state.settings();
  const prompt = ended || !(await get("token")) ? null : await prompts.current();
  const isElsewhere = prompt && !["home", "ask", "camera", "cannot"].includes(shown.name);
  const lines = [
    is_rehearsal && p(t("rehearsal"), "strip rehearsal"), is_demo && p(t("demo"), "strip rehearsal"),
    !words.isReviewed() && shown.name !== "camera" && p(t("unreviewed"), "strip unreviewed"),
    !navigator.onLine && p(t("offline"), "strip offline"),
    isElsewhere && link(t("home.asked"), `ask/${prompt.id}`, { cls: "strip asked", id: "asked" }),
  ];
  document.getElementById("banner").replaceChildren(...lines.filter(Boolean));
  if (isElsewhere) await prompts.shown(prompt.id);
  const isIn = !ended && (await get("token"));
  document.getElementById("bar").replaceChildren(...[
    isIn && link(t("help.bar"), "help", { cls: "act help", id: "help" }),
    el("a", { href: `tel:${emergency}`, class: "act call", id: "call" }, t("help.call", { number: emergency })),
  ].filter(Boolean));
}

export function go(to) {
  if (location.hash === `#/${to}`) return render();
  location.hash = `/${to}`;
  return undefined;
}

export const renamed = async (language) => { await words.choose(language); await render(); };

async function beat() {
  if (ended || !(await get("token")) || (await get("is_lost"))) return;
  try {
    if (!state.known() || clock.now() - ((await get("me_at")) ?? 0) > ME_AGE_MS) await renew();
    await inbox();
  } catch (error) {
    if (error instanceof Unpaired) await put("is_lost", true);
    else if (!(error instanceof Offline)) throw error;
  }
  if (ended) return;
  const begun = await prompts.tick({ zone: state.zone(), hours: state.hours() });
  if (begun) await announce(begun);
  // Sent before anything is thrown away as too old: a clock may have been wrong when it was made.
  await queue.sendWords();
  sweeping = queue.sendPhotos({ ifAvailable: true }).then(() => purge(clock.now()));
}

async function renew() {
  await state.renew();
  await put("me_at", clock.now());
  queue.changed();
}

async function renewSoon() {
  if (clock.now() - ((await get("me_at")) ?? 0) > LOOKED_AT_MS) await put("me_at", 0).then(soon);
}

async function inbox() {
  const after = (await get("after")) ?? 0;
  const { ok, told } = await asked(`inbox?after=${after}`);
  if (!ok) return;
  if (told.server_time) await clock.sync(told.server_time);
  const { stop: over, config } = await prompts.take(told.items ?? []);
  if (over) { await stop(await get("token")); return; }
  await put("after", told.next ?? after);
  if (config?.config) await state.heed(config.config);
  if ((told.items ?? []).length > 0) queue.changed();
}

// The order is over: delete all, then tell the service so, for as long as the page is open.
async function stop(token) {
  await sweeping?.catch(() => {});
  await queue.drain().catch(() => {}); // whatever fails, everything is deleted
  await wipe();
  state.forget();
  ended = { told: false };
  await render();
  confirm(token);
}

async function confirm(token) {
  while (!ended.told) {
    try {
      ended.told = (await postJson("wiped", {}, { token })).ok;
    } catch (error) {
      if (error instanceof Unpaired) return;
    }
    if (ended.told) await render();
    else await new Promise((done) => { setTimeout(done, 5000); });
  }
}

async function announce() {
  say(t("home.asked"));
  const isQuiet = isProtected(clock.now(), state.zone(), state.hours());
  if (!isQuiet && (await get("sound")) !== false) signal();
}

// Two short tones and a shake; browsers allow it once the wearer has touched the page.
function signal() {
  navigator.vibrate?.([200, 100, 200]);
  if (sounds?.state !== "running") return;
  for (const at of [0, 0.35]) {
    const tone = sounds.createOscillator();
    tone.connect(sounds.destination);
    tone.start(sounds.currentTime + at);
    tone.stop(sounds.currentTime + at + 0.2);
  }
}

// Danger to life is the only thing that may be heard at night.
async function heed() {
  const all = (await get("messages")) ?? [];
  const told = all.find((one) => one.is_danger && !one.is_heard);
  if (!told) return;
  await put("messages", all.map((one) => ({ ...one, is_heard: true })));
  signal();
  say(words.ofItem(told.text, { number: state.settings().emergency }));
}

export async function paired(token) {
  const { ok, told } = await asked("me", { token });
  if (!ok) return false;
  const before = state.known()?.device_id;
  if (before && before !== told.device_id) await wipe(); // it was another device, perhaps another's
  await put("token", token);
  await put("is_lost", false);
  await state.take(told);
  await put("me_at", clock.now());
  navigator.storage?.persist?.().catch(() => {});
  soon();
  return true;
}

const countdowns = () => {
  for (const one of document.querySelectorAll("[data-until]")) {
    one.textContent = t(one.dataset.words, { time: words.span(Number(one.dataset.until) - clock.now()) });
  }
};

let beating = null;
const soon = () => { clearTimeout(beating); beating = setTimeout(round, 0); };
async function round() {
  try { await navigator.locks.request("fairtag-beat", beat); }
  finally { beating = setTimeout(round, Math.max(LEAST_BEAT_MS, BEAT_MS / clock.speed())); }
}

async function begin() {
  await clock.wind();
  await words.begin();
  await state.begin();
  navigator.serviceWorker?.register("sw.js", { type: "module" }).catch(() => {}); // then without
  addEventListener("hashchange", () => render());
  addEventListener("online", soon);
  addEventListener("offline", frame);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { soon(); renewed(); } });
  document.addEventListener("pointerdown", () => { sounds ??= new AudioContext(); }, { once: true });
  queue.onChange(async () => {
    if (ended) return;
    await heed();
    await renewed();
  });
  await render();
  setInterval(countdowns, 1000);
  await round();
}

begin();
