// Is the picture good enough to be useful? Advice only: it never stops anybody from sending.
// Light is judged by the face's own lightest and darkest parts, so that dark skin in good light is
// as good as light skin. Luma 0 to 255; the numbers are ours, and people look at every doubt.

const DARKEST_HIGHLIGHT = 70; // when even the lightest parts of a face are below, it is too dark
const LEAST_RANGE = 22; // between the face's dark and light parts: less shows no features
const MOST_BURNT = 0.3; // share of the oval without any detail left
const BURNT = 250;
const MOST_MOVED = 9; // mean change between two looks

function percentile(counts, total, share) {
  let seen = 0;
  for (let value = 0; value < 256; value += 1) {
    seen += counts[value];
    if (seen >= total * share) return value;
  }
  return 255;
}

// `box` is x, y, width, height in pixels; the face is taken as the oval in it.
export function measure({ data, width, height }, box) {
  const inside = new Uint32Array(256);
  const around = new Uint32Array(256);
  let [nIn, nOut, burnt] = [0, 0, 0];
  const grey = new Uint8Array(width * height);
  const [cx, cy, rx, ry] = [box.x + box.width / 2, box.y + box.height / 2, box.width / 2, box.height / 2];
  for (let n = 0; n < grey.length; n += 1) {
    const luma = Math.round(0.299 * data[4 * n] + 0.587 * data[4 * n + 1] + 0.114 * data[4 * n + 2]);
    grey[n] = luma;
    const [dx, dy] = [((n % width) - cx) / rx, (Math.floor(n / width) - cy) / ry];
    if (dx * dx + dy * dy <= 1) { inside[luma] += 1; nIn += 1; burnt += luma >= BURNT ? 1 : 0; }
    else { around[luma] += 1; nOut += 1; }
  }
  return {
    low: percentile(inside, nIn, 0.05), high: percentile(inside, nIn, 0.95),
    burnt: burnt / Math.max(1, nIn), behind: percentile(around, nOut, 0.5), grey,
  };
}

export function moved(before, after) {
  if (!before || before.length !== after.length) return 0;
  let sum = 0;
  for (let n = 0; n < after.length; n += 1) sum += Math.abs(after[n] - before[n]);
  return sum / after.length;
}

// Which word helps most now; null when nothing stands in the way.
export function advice(seen, before, face, frame) {
  if (seen.burnt > MOST_BURNT) return "cam.bright";
  if (seen.behind > seen.high + 20 && seen.high < 140) return "cam.behind";
  if (seen.high < DARKEST_HIGHLIGHT || seen.high - seen.low < LEAST_RANGE) return "cam.dark";
  if (moved(before, seen.grey) > MOST_MOVED) return "cam.still";
  return face ? distance(face, frame) : null;
}

// Only where the browser itself finds faces; it learns no features of them.
function distance(face, frame) {
  const share = face.height / frame.height;
  if (share < 0.3) return "cam.closer";
  if (share > 0.8) return "cam.farther";
  const off = Math.abs(face.x + face.width / 2 - frame.width / 2) / frame.width;
  return off > 0.2 ? "cam.middle" : null;
}
