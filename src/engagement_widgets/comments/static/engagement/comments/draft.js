/**
 * The draft of a comment, kept on this machine: name and text, nothing else, for seven days or until it was sent.
 */

import { languageOf, words } from "../dom.js";
import { keep, names, recall } from "../store.js";

const PAUSE = 500; // milliseconds after the last change
const LIFE = 7 * 24 * 3600 * 1000;
const KIND = "draft:";

const drafts = new WeakMap(); // form → {name: its name in the store, timer: of the save that is due}

/** Restores the form's draft and keeps it from now on. */
export function attend(form) {
  if (drafts.has(form)) return;
  drafts.set(form, { name: nameOf(form), timer: 0 });
  restore(form);
  // `input` alone: Telex and VNI keyboards replace letters behind the keys that were pressed
  form.addEventListener("input", () => {
    const draft = drafts.get(form);
    clearTimeout(draft.timer);
    draft.timer = setTimeout(save, PAUSE, form);
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest('[data-ew-do="discard"]')) discard(form);
  });
}

/** Keeps what stands in the form now. */
export function save(form) {
  const { name, body } = fieldsOf(form);
  const draft = { name: name ? name.value : "", body: body.value, at: Date.now() };
  clearTimeout(drafts.get(form).timer);
  keep(drafts.get(form).name, draft.body.trim() ? draft : null);
}

/** The comment was sent: its draft goes. */
export function drop(form) {
  clearTimeout(drafts.get(form).timer);
  keep(drafts.get(form).name, null);
  hideNotice(form);
}

/** Drafts nobody came back to within a week go. */
export function dropOld() {
  names().filter((name) => name.startsWith(KIND) && !fresh(recall(name))).forEach((name) => keep(name, null));
}

function restore(form) {
  const draft = recall(drafts.get(form).name);
  const { name, body } = fieldsOf(form);
  if (!fresh(draft) || body.value) return; // what stands in the form is newer
  body.value = draft.body;
  if (name && !name.value) name.value = draft.name;
  showNotice(form, new Date(draft.at));
}

function discard(form) {
  drop(form);
  const { body } = fieldsOf(form);
  body.value = "";
  body.dispatchEvent(new Event("input", { bubbles: true })); // the counter follows
  body.focus();
}

function showNotice(form, moment) {
  hideNotice(form);
  const notice = words(form, "draft");
  if (!notice) return;
  const isToday = moment.toDateString() === new Date().toDateString();
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false };
  const format = isToday ? clock : { ...clock, day: "2-digit", month: "2-digit" };
  notice.querySelector('[data-ew-slot="time"]').textContent = moment.toLocaleString(languageOf(form), format);
  notice.dataset.ewDraft = "";
  form.prepend(notice);
}

function hideNotice(form) {
  const notice = form.querySelector("[data-ew-draft]");
  if (notice) notice.remove();
}

const fresh = (draft) => draft !== null && Date.now() - draft.at < LIFE;

/** One draft for the page and one for each comment that is being answered. */
function nameOf(form) {
  const root = form.closest("[data-ew-widget]");
  const parent = form.elements.namedItem("parent");
  return `${KIND}${root.dataset.ewPage}:${parent ? parent.value : ""}`;
}

function fieldsOf(form) {
  return { name: form.elements.namedItem("name"), body: form.elements.namedItem("body") };
}
