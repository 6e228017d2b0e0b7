// May this device ask its wearer now? It refuses by itself: five a day, none at night, none too near
// another. No word of the service's loosens that. (charter G6) Times in ms since 1970; `zone` is the
// wearer's.

export const MOST_A_DAY = 5;
export const NIGHT = [{ from: "21:00", to: "08:00" }]; // until the order says otherwise
const LEAST_REST_MIN = 9 * 60; // protected in one stretch; hours that leave less don't count
const LEAST_GAP_MS = 15 * 60 * 1000; // between two questions; an order's own gap may be longer
const DAY_MIN = 24 * 60;
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

const holds = ({ from, to }, minute) => {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start < end ? start <= minute && minute < end : minute >= start || minute < end;
};

// The longest stretch in which nobody is asked, in minutes; two days long, because it may hold midnight.
function rest(hours) {
  let [longest, here] = [0, 0];
  for (let minute = 0; minute < 2 * DAY_MIN; minute += 1) {
    here = hours.some((one) => holds(one, minute % DAY_MIN)) ? here + 1 : 0;
    longest = Math.max(longest, here);
  }
  return longest;
}

export function isProtected(ms, zone, hours = NIGHT) {
  const { minute } = wall(ms, zone);
  const kept = rest(hours) < LEAST_REST_MIN ? [...hours, ...NIGHT] : hours;
  return kept.some((one) => holds(one, minute));
}

// `asked` are the times of all that this device asked, this one not among them; `began` when each of
// them was to begin, as `begins` is for this one. An hour may come twice: the local day and any 24
// hours count, each for itself. What came late is near to what it came before.
export function refusal({ now, zone, hours, asked, begins, began, gap }) {
  if (isProtected(now, zone, hours)) return "protected";
  const today = wall(now, zone).day;
  const sameDay = asked.filter((at) => wall(at, zone).day === today).length;
  const lately = asked.filter((at) => at > now - DAY_MS).length;
  if (Math.max(sameDay, lately) >= MOST_A_DAY) return "too_many";
  const isNear = asked.some((at) => Math.abs(now - at) < LEAST_GAP_MS) || began.some((at) => Math.abs(begins - at) < gap);
  return isNear ? "too_near" : null;
}

export const numberToday = (asked, now, zone) =>
  asked.filter((at) => wall(at, zone).day === wall(now, zone).day).length;
