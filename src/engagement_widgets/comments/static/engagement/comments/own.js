/**
 * What an author does to a comment of theirs at its place: change the text, take the comment back. The form that a link
 * leads to opens below the comment; Esc or "Hủy" closes it and gives the focus back.
 */

import { ask, focusOn, mayMoveFocus, on, replace } from "../dom.js";
import { onSubmit, post, tell } from "../forms.js";
import { fillMine, refreshAll } from "../fragments.js";
import { attend as attendCounter } from "./counter.js";
import { inPlace } from "./inplace.js";

const KINDS = { edit: "comment-edit", withdraw: "comment-withdraw" };

const openers = new WeakMap(); // form → the link that opened it

export function attend(root) {
  for (const [deed, kind] of Object.entries(KINDS)) {
    on(root, "click", `a[data-ew-do="${deed}"]`, (link, event) => inPlace(link, event, () => open(root, link, kind)));
    onSubmit(root, kind, (form, button) => send(root, form, button));
    on(root, "keydown", `form[data-ew-form="${kind}"]`, (form, event) => {
      if (event.key === "Escape" && !event.isComposing) close(root, form);
    });
  }
  on(root, "click", '[data-ew-do="close"]', (button) => close(root, button.form));
}

/** One form at a time: opening one closes the other, whose text was not sent. */
async function open(root, link, kind) {
  const standing = ownForm(root);
  if (standing && openers.get(standing) === link) {
    focusOn(start(standing));
    return;
  }
  const { html, ok } = await ask(link.href);
  const form = html && html.querySelector(`form[data-ew-form="${kind}"]`);
  if (!ok || !form) throw new Error("no form"); // the page tells why
  if (standing) standing.remove();
  const adopted = document.adoptNode(form);
  openers.set(adopted, link);
  link.closest("article").after(adopted);
  prepare(adopted);
  focusOn(start(adopted));
}

function prepare(form) {
  form.dataset.ewOpen = ""; // nothing around it is filled anew meanwhile
  form.noValidate = true; // the server's errors come in the page's language and with a summary
  attendCounter(form);
}

/** Where a form is begun: its text, or the question that its button answers. */
function start(form) {
  return form.elements.namedItem("body") || form.querySelector(".ew-subtitle");
}

function ownForm(root) {
  return Object.values(KINDS).map((kind) => root.querySelector(`form[data-ew-form="${kind}"]`)).find(Boolean);
}

async function close(root, form) {
  const { href } = openers.get(form);
  form.remove();
  await fillMine(root);
  const link = Array.from(root.querySelectorAll("[data-ew-own] a")).find((tool) => tool.href === href);
  if (link) link.focus();
}

async function send(root, form, button) {
  const { receipt, again, refusal, url } = await post(form, button);
  if (receipt) await accept(root, form, receipt, new URL(url).pathname.split("/").pop());
  else if (again) comeBack(form, again);
  else if (refusal) tell(form, refusal);
}

/** The form as the server answered it; what was typed while the answer was on its way stays. */
function comeBack(form, again) {
  const typed = form.elements.namedItem("body").value;
  const fresh = replace(form, again);
  openers.set(fresh, openers.get(form));
  fresh.elements.namedItem("body").value = typed;
  prepare(fresh);
  focusOn(fresh.querySelector("[data-ew-summary]"));
}

async function accept(root, form, receipt, id) {
  const mayMove = mayMoveFocus(form);
  form.remove();
  await refreshAll(root);
  await fillMine(root, { again: true });
  const message = document.adoptNode(receipt.querySelector(".ew-msg"));
  const place = root.querySelector("[data-ew-outcome]"); // an older article whose page is closed has none
  if (place) {
    place.textContent = "";
    place.append(message);
  }
  const comment = document.getElementById(`c-${id}`);
  const next = (comment && comment.querySelector(".ew-author")) || place;
  if (mayMove && next) focusOn(next);
}
