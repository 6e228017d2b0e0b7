// What shows that these pictures came from this device, for this question, at this time?
// signature = base64 HMAC-SHA256(SHA-256(token), id \n nonce \n captured_at \n hashes joined by ",").

const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => [...new Uint8Array(buffer)].map((one) => one.toString(16).padStart(2, "0")).join("");

export async function sha256(blob) {
  return hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
}

export async function sign(token, id, nonce, capturedAt, hashes) {
  const secret = await crypto.subtle.digest("SHA-256", bytes(token));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const message = bytes([id, nonce, capturedAt, hashes.join(",")].join("\n"));
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
  return btoa(String.fromCharCode(...made));
}
