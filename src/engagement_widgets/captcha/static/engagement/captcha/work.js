/**
 * Proof of work: a number whose SHA-256, after the challenge's puzzle, begins with so many zero bits.
 *
 * It is begun when the challenge comes, so that it is mostly done when the form is sent; sending waits for the rest.
 * The hashing itself happens outside the page's thread (WebCrypto). There is no Worker: its constructor takes no plain
 * address under `require-trusted-types-for 'script'`, and no script of another origin. A browser without
 * `crypto.subtle` (plain http) does nothing, and what it sends is held.
 */

const BATCH = 512; // hashes between two turns of the page: enough to keep WebCrypto busy, few enough to stay smooth
const PATIENCE = 30_000; // milliseconds for which sending waits; then it goes without

const jobs = new WeakMap(); // form → the work of the challenge that it shows
const guarded = new WeakSet();

/** Begins the work of the challenge in a form, and gives up that of the one before. */
export function begin(form) {
  const nonce = form.querySelector("[data-ew-puzzle]");
  const old = jobs.get(form);
  if (old && old.nonce === nonce) return;
  if (old) old.isOver = true;
  jobs.delete(form);
  if (!nonce || nonce.value || !window.crypto || !crypto.subtle) return;

  const job = { nonce, isOver: false, done: null };
  jobs.set(form, job);
  show(job, true);
  job.done = search(job).then(
    (found) => {
      nonce.value = found;
      show(job, false);
      if (!partOf(job, '[name="code"], .ew-error')) nonce.closest("[data-ew-captcha]").hidden = true; // an empty box
    },
    () => {
      show(job, false);
      show(job, true, "[data-ew-unworked]");
    },
  ).then(() => { job.isOver = true; });
  guard(form);
}

async function search(job) {
  const { ewPuzzle, ewBits } = job.nonce.dataset;
  const spare = 32 - Number(ewBits);
  const progress = partOf(job, "progress");
  const coder = new TextEncoder();
  const digest = (nonce) => crypto.subtle.digest("SHA-256", coder.encode(ewPuzzle + nonce));
  for (let first = 0; !job.isOver; first += BATCH) {
    const nonces = Array.from({ length: BATCH }, (_, place) => String(first + place));
    const hashes = await Promise.all(nonces.map(digest));
    const found = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> spare === 0);
    if (found >= 0) return nonces[found];
    await later(0); // else the promises that come true leave no turn for painting and typing
    if (progress) progress.value = 1 - Math.exp(-first / 2 ** Number(ewBits)); // how likely it would be done by now
  }
  return "";
}

/** Sending waits; it goes the way it was going, by the same button, when the work is done or takes too long. */
function guard(form) {
  if (guarded.has(form)) return;
  guarded.add(form);
  let pressed = null; // `event.submitter` is missing before Safari 15.4
  let isWaiting = false;
  form.addEventListener("click", (event) => { pressed = event.target.closest("button") || pressed; }, true);
  form.addEventListener("submit", async (event) => {
    const button = event.submitter || pressed || form.querySelector("button");
    const job = jobs.get(form);
    if (!job || job.isOver || button.name) return; // a button with a name asks for something else than sending
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isWaiting) return;
    isWaiting = true;
    await Promise.race([job.done, later(PATIENCE)]);
    isWaiting = false;
    job.isOver = true;
    button.click();
  }, true);
}

function show(job, isShown, part = "[data-ew-working]") {
  const line = partOf(job, part);
  if (line) line.hidden = !isShown;
  const without = partOf(job, "[data-ew-unworked]");
  if (without && part !== "[data-ew-unworked]") without.hidden = true;
}

const later = (wait) => new Promise((resolve) => { setTimeout(resolve, wait); });
const partOf = (job, selector) => job.nonce.closest("[data-ew-captcha]").querySelector(selector);
