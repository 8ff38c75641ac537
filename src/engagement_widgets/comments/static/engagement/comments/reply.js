/**
 * Answering at the place: the form that "Trả lời" leads to opens after its comment. Esc or "Hủy" closes it and gives
 * the focus back; what was typed is kept as a draft.
 */

import { ask, focusOn, on } from "../dom.js";
import { save as saveDraft } from "./draft.js";
import { inPlace } from "./inplace.js";

const openers = new WeakMap(); // reply form → the link that opened it
const openForms = new WeakMap(); // and the other way

export function attend(root, attendForm) {
  on(root, "click", '[data-ew-do="reply"]', (link, event) => {
    inPlace(link, event, () => open(link, attendForm));
  });
  on(root, "click", '[data-ew-do="cancel"]', (button, event) => {
    event.preventDefault();
    cancel(button.form);
  });
  on(root, "keydown", "form", (form, event) => {
    if (event.key === "Escape" && !event.isComposing && isReply(form)) cancel(form);
  });
}

/** True for a form opened in place. */
export function isReply(form) {
  return openers.has(form);
}

/** A reply that came back from the server is still that reply: it has its heading, its way out and its opener. */
export function inherit(old, fresh) {
  const opener = openers.get(old);
  openers.set(fresh, opener);
  openForms.set(opener, fresh);
  fresh.querySelector(".ew-subtitle").replaceWith(old.querySelector(".ew-subtitle"));
  fresh.querySelector(".ew-send .ew-actions").append(old.querySelector('[data-ew-do="cancel"]'));
}

/** Takes the form away, keeps what was typed, and gives the focus back to where it was opened. */
function cancel(form) {
  saveDraft(form);
  form.remove();
  openers.get(form).focus();
}

async function open(link, attendForm) {
  const comment = link.closest("article");
  const standing = openForms.get(link);
  if (standing && standing.isConnected) {
    focusOn(firstEmpty(standing));
    return;
  }
  const { html } = await ask(link.href);
  const form = document.adoptNode(html.querySelector('form[data-ew-form="comment"]'));
  openers.set(form, link);
  openForms.set(link, form);
  comment.after(form);
  attendForm(form);
  focusOn(firstEmpty(form));
}

/** Whoever gave a name already goes straight to the text. */
function firstEmpty(form) {
  const name = form.elements.namedItem("name");
  return name && !name.value ? name : form.elements.namedItem("body");
}
