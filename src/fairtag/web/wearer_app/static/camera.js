// How are pictures taken? Here, by the front camera, at 640 by 480; what the file said besides
// (place, phone, time) is left behind, because each picture is drawn anew.

const WANTED = { video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } }, audio: false };
const QUALITY = 0.9;
const MOST_PIXELS = 1280; // of a chosen file's longer side
const BLANKS = { NotAllowedError: "cam.denied", SecurityError: "cam.denied", NotReadableError: "cam.busy", AbortError: "cam.busy" };

export class NoCamera extends Error {}

export async function open(video) {
  if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera("cam.none");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia(WANTED);
    await video.play();
  } catch (error) {
    close(video);
    throw new NoCamera(BLANKS[error.name] ?? "cam.none");
  }
}

export function close(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

function drawn(source, width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, width, height);
  return { canvas, pen };
}

const encoded = (canvas) => new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));

// A picture that the camera has not shown before: two the same would look like a replay.
export async function frame(video) {
  if (video.requestVideoFrameCallback) await new Promise((done) => { video.requestVideoFrameCallback(done); });
  return encoded(drawn(video, video.videoWidth, video.videoHeight).canvas);
}

// A small copy for the advice on light, with the oval's place in it.
export function look(video) {
  const [width, height] = [160, Math.round((160 * video.videoHeight) / video.videoWidth)];
  const pixels = drawn(video, width, height).pen.getImageData(0, 0, width, height);
  const box = { x: width * 0.3, y: height * 0.1, width: width * 0.4, height: height * 0.8 };
  return { pixels, box };
}

export async function faceIn(video) {
  if (!("FaceDetector" in window)) return null;
  const found = await new window.FaceDetector({ fastMode: true, maxDetectedFaces: 2 }).detect(video).catch(() => []);
  return found.length === 1 ? found[0].boundingBox : null;
}

export async function fromFile(file) {
  const picture = await createImageBitmap(file);
  const share = Math.min(1, MOST_PIXELS / Math.max(picture.width, picture.height));
  return encoded(drawn(picture, Math.round(picture.width * share), Math.round(picture.height * share)).canvas);
}
