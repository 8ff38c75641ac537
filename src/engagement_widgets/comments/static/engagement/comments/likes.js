/**
 * "Thích": one press likes, another takes it back. What the public markup cannot know, whether this reader likes a
 * comment already, comes with /me (`data-ew-mine="likes"`).
 */

import { ask, on, Unreachable, words } from "../dom.js";
import { rememberWriting } from "../fragments.js";
import { complain } from "./inplace.js";

const FORM = 'form[data-ew-form="like"]';

export function attend(root) {
  on(root, "submit", FORM, (form, event) => {
    event.preventDefault();
    vote(root, form);
  });
}

/** Marks what this reader likes, after an answer of /me and wherever comments have come in since. */
export function markLiked(root) {
  const mine = root.querySelector('[data-ew-mine="likes"]');
  if (!mine) return; // a page that was cached before there were likes
  mine.hidden = true; // a list for us, not for eyes
  const liked = new Set(Array.from(mine.children, (item) => item.dataset.ewComment));
  for (const form of root.querySelectorAll(FORM)) press(form, liked.has(form.dataset.ewComment));
}

async function vote(root, form) {
  const button = form.querySelector("button");
  if (form.getAttribute("aria-busy") === "true") return;
  form.setAttribute("aria-busy", "true");
  try {
    const { html } = await ask(form.getAttribute("action"), new URLSearchParams({ vote: button.value }));
    const receipt = html && html.querySelector('[data-ew-receipt="like"]');
    if (receipt) accept(root, form, receipt);
    else complain(form, (html && html.querySelector("[data-ew-reply]")) || words(form, "unanswered"));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    complain(form, words(form, "unloaded"));
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function accept(root, form, receipt) {
  const isLiked = "ewLiked" in receipt.dataset;
  rememberWriting();
  complain(form, null);
  press(form, isLiked);
  form.querySelector("[data-ew-likes]").textContent = receipt.dataset.ewLikes;
  note(root, form.dataset.ewComment, isLiked);
}

function press(form, isLiked) {
  const button = form.querySelector("button");
  button.value = isLiked ? "unlike" : "like";
  button.setAttribute("aria-pressed", String(isLiked));
}

/** Comments that are put in again, in another order, shall know it too. */
function note(root, id, isLiked) {
  const mine = root.querySelector('[data-ew-mine="likes"]');
  if (!mine) return;
  for (const item of Array.from(mine.children)) if (item.dataset.ewComment === id) item.remove();
  if (!isLiked) return;
  const item = document.createElement("li");
  item.dataset.ewComment = id;
  mine.append(item);
}
