/**
 * The star rating: choosing is quiet, the button sends, and how it went is told beside the button.
 *
 * `data-ew-mine="rating"` shows this reader's rating with the two ways out of it; the form makes room for it.
 * `data-ew-do="change"` brings the form back with `data-ew-score` chosen.
 */

import { fill, mayMoveFocus, on, words } from "../dom.js";
import { announce, onSubmit, post, tell } from "../forms.js";
import { refreshAll, rememberWriting } from "../fragments.js";

export function start(root) {
  root.addEventListener("ew:mine", () => makeRoom(root));
  root.addEventListener("ew:shown", () => heedClosing(root));
  on(root, "click", '[data-ew-do="change"]', (button, event) => {
    event.preventDefault();
    change(root, button);
  });
  onSubmit(root, "rating", (form, button) => send(root, form, button));
  onSubmit(root, "rating-note", (form, button) => send(root, form, button));
}

async function send(root, form, button) {
  const { receipt, refusal } = await post(form, button);
  if (receipt) accept(root, form, receipt);
  else if (refusal) tell(form, refusal); // the choice stays as it is
}

function accept(root, form, receipt) {
  const mayMove = mayMoveFocus(root);
  rememberWriting();
  refreshAll(root);
  if (receipt.querySelector('[data-ew-do="change"]')) showMine(root, receipt);
  else showForm(root, receipt);
  if (mayMove) focusNext(root);
}

/** Cast or changed: the receipt has the same markup that `/me` will have from now on. */
function showMine(root, receipt) {
  const mine = mineOf(root);
  fill(mine, receipt);
  mine.hidden = false;
  makeRoom(root);
  announce(mine, mine.querySelector(".ew-msg").textContent);
}

/** Taken back. */
function showForm(root, receipt) {
  const mine = mineOf(root);
  mine.hidden = true;
  mine.textContent = "";
  makeRoom(root);
  const form = voteFormOf(root);
  if (form) form.reset();
  tell(mine, receipt.querySelector(".ew-msg"));
}

function change(root, button) {
  const form = voteFormOf(root);
  const choice = form.querySelector(`input[value="${button.dataset.ewScore}"]`);
  form.hidden = false;
  button.parentNode.hidden = true;
  for (const note of mineOf(root).querySelectorAll('form[data-ew-form="rating-note"]')) note.hidden = true;
  tell(form, null);
  choice.checked = true;
  choice.focus();
}

/** One thing at a time: one's own rating, or the form, or that the page takes no ratings any more. */
function makeRoom(root) {
  const form = voteFormOf(root);
  if (!form) return;
  const isClosed = root.querySelector("[data-ew-closed]") !== null;
  const told = closedOf(form);
  form.hidden = isClosed || !mineOf(root).hidden;
  if (!isClosed && told) told.remove();
  if (isClosed && !told) {
    const sentence = words(form, "closed");
    if (sentence) form.after(sentence);
  }
}

/** The article may come from a cache that is older than an editor's decision; the fragment never is. */
function heedClosing(root) {
  const form = voteFormOf(root);
  const isClosed = root.querySelector("[data-ew-closed]") !== null;
  if (form && isClosed !== (closedOf(form) !== null)) makeRoom(root);
}

/** Where it is said that the page takes no ratings any more, or null. */
function closedOf(form) {
  const next = form.nextElementSibling;
  return next && next.matches(".ew-msg") ? next : null;
}

function focusNext(root) {
  const next = mineOf(root).querySelector('[data-ew-do="change"]') || root.querySelector(".ew-pick input");
  if (next) next.focus();
}

const mineOf = (root) => root.querySelector('[data-ew-mine="rating"]');

/** Taking back is a form of its own, so the picker tells which one is which. */
function voteFormOf(root) {
  const picker = root.querySelector(".ew-pick");
  return picker && picker.closest("form");
}
