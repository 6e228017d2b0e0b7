// May this device ask its wearer now? It refuses by itself: five a day, and never at night.
// (charter G6) Times in ms since 1970; `zone` is the wearer's.

export const MOST_A_DAY = 5;
export const NIGHT = [{ from: "21:00", to: "08:00" }]; // until the order says otherwise
const DAY_MS = 24 * 3600 * 1000;

const minutesOf = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

function wall(ms, zone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit",
  }).formatToParts(ms);
  const told = Object.fromEntries(parts.map((one) => [one.type, one.value]));
  return { day: `${told.year}-${told.month}-${told.day}`, minute: Number(told.hour) * 60 + Number(told.minute) };
}

export function isProtected(ms, zone, hours = NIGHT) {
  const { minute } = wall(ms, zone);
  return hours.some(({ from, to }) => {
    const [start, end] = [minutesOf(from), minutesOf(to)];
    return start < end ? start <= minute && minute < end : minute >= start || minute < end;
  });
}

// `asked` are the times of all that this device asked, this one not among them. An hour may come
// twice: the local day and any 24 hours count, each for itself.
export function refusal({ now, zone, hours, asked }) {
  if (isProtected(now, zone, hours)) return "protected";
  const today = wall(now, zone).day;
  const sameDay = asked.filter((at) => wall(at, zone).day === today).length;
  const lately = asked.filter((at) => at > now - DAY_MS).length;
  return Math.max(sameDay, lately) >= MOST_A_DAY ? "too_many" : null;
}

export const numberToday = (asked, now, zone) =>
  asked.filter((at) => wall(at, zone).day === wall(now, zone).day).length;
