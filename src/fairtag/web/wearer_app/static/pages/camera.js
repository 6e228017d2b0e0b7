// Taking pictures: live advice, a burst of three, a look at them, and off they go. Nothing here is
// a must: every step has another way.

import * as cam from "../camera.js";
import { iso, now } from "../clock.js";
import { button, el, link, p, say } from "../dom.js";
import { advice, measure } from "../light.js";
import * as prompts from "../prompts.js";
import { drain, photos } from "../queue.js";
import { sha256, sign } from "../sign.js";
import { known } from "../state.js";
import { get, prompts as kept } from "../store.js";
import { t } from "../words.js";
import { over } from "./ask.js";
import { left } from "./home.js";

const LOOK_MS = 300;
const BETWEEN_MS = 450; // frames of a burst differ, as those of a living face do
const SENT_MS = 30_000;
const TURN_MS = 2600; // a slow turn of the head
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function target(part) {
  if (!part.startsWith("enrol:")) return kept.get(part);
  const invited = known()?.enrolment;
  // Nothing was asked, so there is no nonce of the service's: the invitation's own name stands for it.
  return invited ? { ...invited, nonce: invited.id, isEnrolment: true, expires_at: Date.parse(invited.expires_at ?? "2100-01-01T00:00:00Z") } : null;
}

export async function camera({ parts, go }) {
  const asked = await target(parts[0] ?? "");
  if (!asked || now() >= asked.expires_at) return over(asked?.isEnrolment ? null : asked);
  const made = { frames: [], captured_at: null, challenge: null, leavesOut: false };
  const stage = el("div", { class: "stage" });
  const video = el("video", { playsinline: true, muted: true, class: "live", "aria-hidden": "true" });
  video.muted = true;
  let isOpen = true;
  const leave = () => { isOpen = false; cam.close(video); };
  const again = () => { made.frames = []; return live(); };
  const send = async () => {
    await posted(asked, made);
    if (!isOpen) return; // the wearer went on, perhaps to help: nobody is taken back from there
    leave();
    await go(asked.isEnrolment ? `sent/${asked.id}` : `receipt/${asked.id}`);
  };

  async function live() {
    stage.replaceChildren(p(t("cam.starting")));
    try {
      await cam.open(video);
    } catch (error) {
      if (!(error instanceof cam.NoCamera)) throw error;
      stage.replaceChildren(...otherWays(error.message, asked, { again: live, take: (files) => chosen(files) }));
      say(t(error.message));
      return;
    }
    if (!isOpen) { cam.close(video); return; }
    const hint = el("p", { class: "hint", role: "status", id: "hint" }, t("cam.oval"));
    const shoot = button(t("cam.shoot"), () => burst(hint, shoot, extra), { id: "shoot", cls: "main" });
    const extra = el("div", {});
    // The other way is there before the movement is asked for, not only while it is.
    if (asked.challenge) extra.replaceChildren(button(t("cam.cant"), () => { made.leavesOut = true; extra.replaceChildren(); shoot.focus(); }, { id: "cant" }));
    stage.replaceChildren(el("div", { class: "frame" }, video, el("div", { class: "oval", "aria-hidden": "true" })), hint, shoot, extra);
    shoot.focus({ preventScroll: true });
    guide(hint);
  }

  // Say one thing at a time, and only when it changes: it is read aloud.
  async function guide(hint) {
    let [before, said, since] = [null, "cam.oval", 0];
    while (isOpen && video.srcObject && hint.isConnected && !hint.dataset.fixed) {
      const { pixels, box } = cam.look(video);
      const seen = measure(pixels, box);
      const face = await cam.faceIn(video);
      const word = advice(seen, before, face, { width: video.videoWidth, height: video.videoHeight }) ?? "cam.good";
      before = seen.grey;
      since = word === said ? 0 : since + 1;
      if (since >= 2 && !hint.dataset.fixed) { said = word; since = 0; hint.textContent = t(word); hint.dataset.word = word; }
      await pause(LOOK_MS);
    }
  }

  async function burst(hint, shoot, extra) {
    hint.dataset.fixed = "yes";
    shoot.hidden = true;
    extra.replaceChildren();
    made.challenge = null;
    made.captured_at = now();
    hint.textContent = t("cam.taking");
    made.frames = [await fresh()];
    await (asked.challenge && !made.leavesOut ? turned(hint, extra) : pause(BETWEEN_MS));
    made.frames.push(await fresh());
    if (made.challenge) { hint.textContent = t("cam.done_turn"); await pause(TURN_MS / 2); } else await pause(BETWEEN_MS);
    made.frames.push(await fresh());
    cam.close(video);
    check();
  }

  // Two frames alike look like a replay to the service: a camera that hangs is given a little time.
  async function fresh() {
    const seen = await Promise.all(made.frames.map(sha256));
    let frame = await cam.frame(video);
    for (let n = 0; n < 5 && seen.includes(await sha256(frame)); n += 1) {
      await pause(BETWEEN_MS / 3);
      frame = await cam.frame(video);
    }
    return frame;
  }

  // A turn of the head shows that it is no photo of a photo; who can't, says so, and that is fine.
  function turned(hint, extra) {
    hint.textContent = t(`cam.${asked.challenge}`);
    return new Promise((done) => {
      const timer = setTimeout(() => { made.challenge = asked.challenge; extra.replaceChildren(); done(); }, TURN_MS);
      extra.replaceChildren(button(t("cam.cant"), () => { clearTimeout(timer); made.challenge = null; extra.replaceChildren(); done(); }, { id: "cant" }));
    });
  }

  async function chosen(files) {
    made.captured_at = now();
    try {
      made.frames = await Promise.all([...files].slice(0, 3).map(cam.fromFile));
    } catch { // a kind of picture that this browser can't read
      stage.replaceChildren(...otherWays("advice.take_again", asked, { again, take: (more) => chosen(more) }));
      say(t("advice.take_again"));
      return;
    }
    check();
  }

  function check() {
    const pictures = made.frames.map((frame, n) => {
      const picture = el("img", { alt: t("check.alt", { n: n + 1, of: made.frames.length }), src: URL.createObjectURL(frame) });
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      return picture;
    });
    const title = el("h2", { tabindex: "-1" }, t("check.title"));
    stage.replaceChildren(title, el("div", { class: "taken" }, ...pictures), button(t("send"), send, { id: "send", cls: "main" }),
      button(t("check.again"), again, { id: "again" }), asked.isEnrolment ? "" : left(asked.expires_at, "check.left"));
    title.focus();
  }

  return {
    title: t(asked.isEnrolment ? "enrol.title" : "cam.title"), cls: "camera", stop: leave,
    start: () => { if (!asked.isEnrolment) prompts.shown(asked.id); live(); },
    body: [asked.isEnrolment && p(t("enrol.lead"), "note"), stage, asked.isEnrolment && link(t("enrol.other"), "help", { id: "other" })],
  };
}

function otherWays(why, asked, { again, take }) {
  const input = el("input", { type: "file", accept: "image/*", capture: "user", id: "file", onchange: (event) => event.target.files.length && take(event.target.files) });
  return [
    p(t(why), "card"), el("label", { for: "file", class: "act main" }, t("cam.file"), input), button(t("try_again"), again, { id: "again" }),
    asked.isEnrolment ? "" : link(t("ask.cannot"), `cannot/${asked.id}`, { id: "cannot" }),
    link(t(asked.isEnrolment ? "enrol.other" : "help.call_me"), "help", { id: "to-help" }),
  ];
}

async function posted(asked, made) {
  const sha = await Promise.all(made.frames.map(sha256));
  const captured_at = iso(made.captured_at);
  const signature = await sign(await get("token"), asked.id, asked.nonce, captured_at, sha);
  const manifest = { captured_at, nonce: asked.nonce, sha256: sha, signature, is_offline: !navigator.onLine };
  if (asked.challenge) manifest.challenge = made.challenge ?? "none";
  await photos(`${asked.isEnrolment ? "enrolments" : "check-ins"}/${asked.id}`, manifest, made.frames, asked.id);
  if (!asked.isEnrolment) await prompts.move(asked.id, "answered", { captured_at: made.captured_at, result: null });
  await Promise.race([drain(), pause(SENT_MS)]); // the receipt says what is still on its way
}
