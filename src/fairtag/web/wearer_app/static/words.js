// How is it said in the wearer's language? Codes to sentences, and times as people read them.

import { get, put } from "./store.js";

// Each by its own name: who can't read English finds theirs.
export const LANGUAGES = [
  ["en", "English"], ["cy", "Cymraeg"], ["ar", "العربية"],
  ["sq", "Shqip"], ["pl", "Polski"], ["vi", "Tiếng Việt"],
];
let told = { language: "en", dir: "ltr", reviewed: true, words: {} };
let zone;

async function fetched(language) {
  const answer = await fetch(`words/${language}.json`);
  if (!answer.ok) throw new Error("no such catalogue");
  return answer.json();
}

export async function load(language) {
  told = await fetched(language);
  document.documentElement.lang = told.language;
  document.documentElement.dir = told.dir;
}

export async function choose(language) {
  await load(language);
  await put("language", language);
}

export async function begin() {
  const codes = LANGUAGES.map(([code]) => code);
  const wished = [await get("language"), ...navigator.languages.map((one) => one.slice(0, 2))];
  await load(wished.find((one) => codes.includes(one)) ?? "en");
}

export const language = () => told.language;
export const isReviewed = () => told.reviewed;
export const has = (code) => code in told.words;
export const setZone = (name) => { zone = name; };

export function t(code, places = {}) {
  const text = told.words[code] ?? code;
  return text.replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all);
}

// What an inbox item says: a code of ours, or the text itself by language.
export function ofItem(text = {}, places = {}) {
  if (text.code && has(text.code)) return t(text.code, places);
  return text[told.language] ?? text.en ?? "";
}

// Digits are the same in every language: an officer and a wearer must mean the same time.
const shape = (parts) => new Intl.DateTimeFormat(told.language === "en" ? "en-GB" : told.language, {
  ...parts, timeZone: zone, hourCycle: "h23", numberingSystem: "latn",
});
const HOUR = { hour: "2-digit", minute: "2-digit" };

export const clockTime = (ms) => shape(HOUR).format(ms);

export function when(ms, now) {
  const day = { year: "numeric", month: "numeric", day: "numeric" };
  if (shape(day).format(ms) === shape(day).format(now)) return clockTime(ms);
  return shape({ weekday: "short", day: "numeric", month: "short", ...HOUR }).format(ms);
}

export const dayOf = (ms) => shape({ day: "numeric", month: "long", year: "numeric" }).format(ms);

export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const [days, h, min] = [Math.floor(s / 86400), Math.floor(s / 3600), Math.floor(s / 60)];
  if (days > 1) return t("time.days", { days, h: h - days * 24 });
  if (h > 0) return t("time.h_min", { h, min: min - h * 60 });
  return t("time.min_s", { min, s: s - min * 60 });
}
