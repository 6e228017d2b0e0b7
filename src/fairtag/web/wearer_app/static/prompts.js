// What was this device asked, and how far did each question come? One record a question:
// waiting -> asked -> shown -> answered | cannot | paused | void | over; or refused, which its
// wearer never sees.

import { now } from "./clock.js";
import { numberToday, refusal } from "./limits.js";
import { changed, receipt } from "./queue.js";
import { get, prompts, put } from "./store.js";

const OPEN = ["waiting", "asked", "shown"];
const FAIR_MS = 15 * 60 * 1000; // the shortest answer window that an order may set

// Take what the inbox brought. Gives what the rest of the app must heed: a config, an end.
export async function take(items) {
  const rest = {};
  for (const item of items) {
    if (item.kind === "prompt") await takePrompt(item);
    else if (item.kind === "message") await takeMessage(item);
    else rest[item.kind] = item;
  }
  return rest;
}

async function takePrompt(item) {
  if (await prompts.get(item.id)) return;
  const prompt = {
    id: item.id, condition_id: item.condition_id ?? "", nonce: item.nonce, text: item.text ?? {},
    modality: item.modality ?? "face_photo", challenge: item.challenge ?? null, state: "waiting",
    not_before: Date.parse(item.not_before ?? item.at), expires_at: Date.parse(item.expires_at), shown_at: null,
    gap: (item.gap_s ?? 0) * 1000,
  };
  if (prompt.modality === "face_photo") {
    await prompts.put(prompt);
    await receipt(prompt, "delivered");
  } else { // this app can't answer it, so it is not asked here and can't be missed
    await prompts.put({ ...prompt, state: "over", was_shown: false });
    await receipt(prompt, "not_delivered");
  }
}

// A message with the name of a question takes that question back.
async function takeMessage(item) {
  const prompt = await prompts.get(item.id);
  if (prompt) {
    if (OPEN.includes(prompt.state)) await prompts.put({ ...prompt, state: "void" });
    return;
  }
  const messages = (await get("messages")) ?? [];
  if (messages.some((one) => one.id === item.id)) return;
  const is_danger = item.danger === true || item.text?.code === "inbox.danger";
  await put("messages", [...messages, { id: item.id, text: item.text ?? {}, at: now(), is_danger, is_new: true }]);
}

// Move every question on; gives the one that begins now, so that it can be heard.
export async function tick({ zone, hours }) {
  let begun = null;
  for (const prompt of await prompts.all()) {
    if (OPEN.includes(prompt.state)) {
      if (now() >= prompt.expires_at) await end(prompt);
      else if (prompt.state === "waiting" && now() >= prompt.not_before) begun = (await begin(prompt, zone, hours)) ?? begun;
    }
  }
  return begun;
}

async function begin(prompt, zone, hours) {
  if (await paused()) return null;
  const asked = ((await get("asked")) ?? []).filter((at) => at > now() - 3 * 24 * 3600 * 1000);
  const began = (await prompts.all()).filter((one) => one.number).map((one) => one.not_before);
  const why = refusal({ now: now(), zone, hours, asked, begins: prompt.not_before, began, gap: prompt.gap });
  if (why) {
    await prompts.put({ ...prompt, state: "refused", why });
    await receipt(prompt, "refused_by_limit");
    return null;
  }
  await put("asked", [...asked, now()]);
  const begun = { ...prompt, state: "asked", number: numberToday([...asked, now()], now(), zone) };
  await prompts.put(begun);
  changed();
  return begun;
}

// Only what was really on the screen, and long enough before its end, counts as shown in time: half
// of the window at least, or 15 minutes. Everything else never reached its wearer.
async function end(prompt) {
  const fair = Math.min(FAIR_MS, (prompt.expires_at - prompt.not_before) / 2);
  const wasShown = prompt.shown_at !== null && prompt.shown_at <= prompt.expires_at - fair;
  await prompts.put({ ...prompt, state: "over", was_shown: wasShown });
  await receipt(prompt, wasShown ? "expired_shown" : "not_delivered");
  changed();
}

// Until when this device asks nothing: the service's word, or the wearer's press of help.
export async function paused() {
  const until = await get("paused_until");
  return until && until > now() ? until : null;
}

export async function pause() {
  await put("paused_until", now() + 24 * 3600 * 1000);
  for (const prompt of await prompts.all()) {
    if (["asked", "shown"].includes(prompt.state)) await prompts.put({ ...prompt, state: "paused" });
  }
  await put("me_at", 0);
}

export async function shown(id) {
  const prompt = await prompts.get(id);
  if (!prompt || prompt.state !== "asked" || document.visibilityState !== "visible") return;
  await prompts.put({ ...prompt, state: "shown", shown_at: now() });
  await receipt(prompt, "shown");
}

export async function current() {
  const open = (await prompts.all()).filter((one) => ["asked", "shown"].includes(one.state) && now() < one.expires_at);
  return open.sort((a, b) => a.expires_at - b.expires_at)[0] ?? null;
}

export async function move(id, state, more = {}) {
  const prompt = await prompts.get(id);
  if (prompt) await prompts.put({ ...prompt, ...more, state });
  changed();
}
