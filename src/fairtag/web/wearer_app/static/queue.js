// What waits to be sent? Everything goes through here, so that nothing is lost without a network.

import { now } from "./clock.js";
import { Busy, Offline, PHOTOS_MS, Unpaired, ask, postJson } from "./server.js";
import { get, outbox, prompts, put } from "./store.js";

const channel = new BroadcastChannel("fairtag");
export const changed = () => channel.postMessage("changed");
export const onChange = (act) => { new BroadcastChannel("fairtag").onmessage = act; };

export async function add(entry) {
  await outbox.add({ ...entry, made_at: now() });
  navigator.serviceWorker?.ready?.then((worker) => worker.sync?.register("send")).catch(() => {});
  changed();
}

export const receipt = (prompt, state, more = {}) => add({
  kind: "receipt",
  line: {
    type: "check_in", check_in_id: prompt.id, condition_id: prompt.condition_id, state,
    at: new Date(now()).toISOString(), window_until: new Date(prompt.expires_at).toISOString(), ...more,
  },
});

export const json = (path, told, about) => add({ kind: "json", path, told, about });
export const photos = (path, manifest, frames, about) => add({ kind: "photos", path, manifest, frames, about });
export const waiting = async () => (await outbox.all()).filter((one) => one.kind !== "receipt").length;
export const isWaiting = async (about) => (await outbox.all()).some((one) => one.about === about);

// Send what waits. Photos go on a way of their own: none keeps words waiting, and above all no call
// for help. On each way one at a time, whoever asks. Tells whether all of it went.
export const drain = async () => (await Promise.all([sendWords(), sendPhotos()])).every(Boolean);
export const sendWords = () => alone("fairtag-send", words);
// With `ifAvailable` whoever sends already goes on, and nothing is sent twice in a row.
export const sendPhotos = (options = {}) =>
  alone("fairtag-send-photos", () => each((one) => one.kind === "photos", sendPhoto), options);

function alone(name, work, options = {}) {
  return navigator.locks.request(name, options, async (lock) => {
    if (!lock) return false;
    if ((await outbox.all()).length === 0) return true;
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof Unpaired) await put("is_lost", true);
      else if (!(error instanceof Offline)) throw error;
      return false;
    } finally {
      changed();
    }
  });
}

async function words() {
  let late = null;
  await each((one) => one.kind === "json", (one) => postJson(one.path, one.told)).catch((error) => {
    if (!(error instanceof Busy)) throw error;
    late = error;
  });
  const receipts = (await outbox.all()).filter((one) => one.kind === "receipt");
  if (receipts.length > 0) {
    const body = receipts.map((one) => JSON.stringify(one.line)).join("\n");
    await ask("messages", { method: "POST", body, type: "application/x-ndjson" });
    for (const one of receipts) await outbox.remove(one.n);
  }
  if (late) throw late;
}

// What is urgent goes first, also before what was waiting when it came; then the oldest. What the
// service can't take now waits, and the rest goes on.
const URGENT = ["help", "health"];
const rank = (entry) => (URGENT.includes(entry.path) ? URGENT.indexOf(entry.path) : URGENT.length);

async function each(isWanted, send) {
  const tried = new Set();
  let late = null;
  for (;;) {
    const [next] = (await outbox.all()).filter((one) => isWanted(one) && !tried.has(one.n)).sort((a, b) => rank(a) - rank(b));
    if (!next) break;
    tried.add(next.n);
    try {
      await settled(next, await send(next));
      await outbox.remove(next.n);
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      late = error;
    }
  }
  if (late) throw late;
}

function sendPhoto(entry) {
  const form = new FormData();
  form.append("manifest", new Blob([JSON.stringify(entry.manifest)], { type: "application/json" }), "manifest.json");
  entry.frames.forEach((frame, n) => form.append(`frame${n + 1}`, frame, `frame${n + 1}.jpg`));
  return ask(entry.path, { method: "POST", body: form, patience: PHOTOS_MS });
}

// What became of it is kept with the question, or under what it was about.
async function settled(entry, { ok, told }) {
  const result = { ok, at: now(), ...told };
  const prompt = entry.about && (await prompts.get(entry.about));
  if (prompt) await prompts.put({ ...prompt, result });
  else if (entry.about) await put(`done:${entry.about}`, result);
}

// What a press of help or a word about health promises is kept at once, with or without a network.
export const isHelpWaiting = async () => (await outbox.all()).some((one) => ["help", "health"].includes(one.path));

export const done = (about) => get(`done:${about}`);
