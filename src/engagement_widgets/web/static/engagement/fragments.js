/**
 * Keeping what everybody sees fresh, and filling in what only this reader sees.
 *
 * The article may come from a cache, so each `data-ew-fragment` is asked for once more when it comes into view (the
 * browser sends the ETag; mostly the answer is 304) and put in only where it differs. `data-ew-mine` places are filled
 * from `/me`, which is asked only where this browser wrote something before, or readers sign in.
 */

import { append, ask, fill, Unreachable } from "./dom.js";
import { keep, recall } from "./store.js";

/** Remembers that this browser wrote something here, so that its own things are asked for from now on. */
export function rememberWriting() {
  keep("wrote", true);
}

const asShown = new WeakMap(); // fragment → copy as the server rendered it, before a script or a reader touched it

/** Asks for a fragment again and shows it if it changed. Resolves to true when it was replaced. */
export async function refresh(fragment) {
  if (!asShown.has(fragment)) asShown.set(fragment, fragment.cloneNode(true));
  const answer = await quietly(ask(fragment.dataset.ewFragment));
  if (!answer || !answer.ok || !answer.html) return false;
  return show(fragment, answer.html.body);
}

/** Asks for every fragment of a widget again. */
export function refreshAll(root) {
  return Promise.all(Array.from(root.querySelectorAll("[data-ew-fragment]"), refresh));
}

/** Shows `body` in the fragment unless it is what stands there, or a reader is busy in it. */
export function show(fragment, body) {
  const before = asShown.get(fragment);
  if ((before && alike(before, body)) || isBusy(fragment)) return false;
  const unfolded = Array.from(fragment.querySelectorAll("details"), (details) => details.open);
  asShown.set(fragment, body.cloneNode(true));
  fill(fragment, body);
  fragment.querySelectorAll("details").forEach((details, index) => {
    if (unfolded[index]) details.open = true;
  });
  fragment.dispatchEvent(new CustomEvent("ew:shown", { bubbles: true }));
  return true;
}

/** White space at the edges is the page's, not the fragment's. */
function alike(one, other) {
  const [ours, theirs] = [one, other].map(({ childNodes }) =>
    Array.from(childNodes).filter((node) => node.nodeType !== Node.TEXT_NODE || node.data.trim()));
  return ours.length === theirs.length && ours.every((node, index) => node.isEqualNode(theirs[index]));
}

/** Somebody's focus, choice, half-written reply or second page (`data-ew-grown`) is in there. */
function isBusy(fragment) {
  return fragment.contains(document.activeElement)
    || fragment.querySelector("form") !== null
    || Array.from(fragment.querySelectorAll("select")).some((select) => select.value)
    || "ewGrown" in fragment.dataset;
}

const mine = new Map(); // address of /me → its answer; the widgets of one page share one question

/** Fills the widget's own `data-ew-mine` places. `again` after a write, when the last answer is out of date. */
export async function fillMine(root, { again = false } = {}) {
  const address = root.dataset.ewMe;
  const isKnown = recall("wrote") || "ewSignedIn" in root.dataset;
  if (!address || !isKnown) return;
  if (again || !mine.has(address)) mine.set(address, quietly(ask(address)));
  const answer = await mine.get(address);
  if (!answer || !answer.ok || !answer.html) return;
  if (root.querySelector("[data-ew-open]")) return; // somebody changes a text of theirs in there
  for (const place of root.querySelectorAll("[data-ew-mine]")) {
    const source = answer.html.querySelector(`[data-ew-mine="${place.dataset.ewMine}"]`);
    place.textContent = "";
    if (source) append(place, source.cloneNode(true));
    place.hidden = !place.firstElementChild;
  }
  root.dispatchEvent(new CustomEvent("ew:mine"));
}

/** This browser is nobody's any more: every place of a reader's own is emptied. */
export function emptyMine() {
  mine.clear();
  for (const root of document.querySelectorAll("[data-ew-widget]")) {
    for (const place of root.querySelectorAll("[data-ew-mine]")) {
      place.textContent = "";
      place.hidden = true;
    }
    root.dispatchEvent(new CustomEvent("ew:mine"));
  }
}

/** Freshness is an extra: without an answer the page stays as it came. */
async function quietly(question) {
  try {
    return await question;
  } catch (error) {
    if (error instanceof Unreachable) return null;
    throw error;
  }
}
