/**
 * The list: more of it, in another order, at one comment; and this reader's waiting comments at their places.
 */

import { ask, focusOn, isElsewhere, on, Unreachable } from "../dom.js";
import { show } from "../fragments.js";
import { inPlace } from "./inplace.js";

const PERMALINK = /^#c-([0-9a-f-]{36})$/;

export function attend(root) {
  on(root, "click", "a[data-ew-more]", (link, event) => inPlace(link, event, () => more(link)));
  on(root, "click", "a[data-ew-show]", (link, event) => inPlace(link, event, () => reorder(link)));
  on(root, "click", '.ew-when a[href*="/c/"]', stayHere);
  root.addEventListener("ew:fresh", () => goTo(root, location.hash), { once: true });
  addEventListener("hashchange", () => goTo(root, location.hash));
}

/** A comment's address leads to a page; from here it leads to the comment itself. */
function stayHere(link, event) {
  if (isElsewhere(event)) return;
  event.preventDefault();
  location.hash = `c-${link.pathname.split("/").pop()}`;
}

/** "Xem thêm bình luận", "Xem N trả lời": the next ones follow the last, and the first of them has the focus. */
async function more(link) {
  const holder = link.closest(".ew-replies__more, .ew-more");
  const isReplies = holder.matches(".ew-replies__more");
  const list = isReplies ? holder.parentNode : holder.parentNode.querySelector(".ew-thread");
  const { html, ok } = await ask(link.dataset.ewMore);
  if (!ok) throw new Error("no list");
  const items = html.querySelectorAll(isReplies ? ".ew-replies > li:not(.ew-replies__more)" : ".ew-thread > li");
  const next = html.querySelector(isReplies ? ".ew-replies__more" : ".ew-more");
  const fresh = Array.from(items).filter((item) => !isHere(item));

  const fragment = link.closest("[data-ew-fragment]");
  if (fragment) fragment.dataset.ewGrown = ""; // not to be replaced by its first page again
  holder.remove();
  fresh.forEach((item) => list.append(document.adoptNode(item)));
  if (next && isReplies) list.append(document.adoptNode(next));
  else if (next) list.after(document.adoptNode(next));
  const heading = fresh.length && fresh[0].querySelector(".ew-author");
  if (heading) focusOn(heading);
}

/** Somebody may have posted meanwhile, and everything moved by one. */
function isHere(item) {
  const comment = item.querySelector("article[id]");
  return comment !== null && document.getElementById(comment.id) !== null;
}

/** Another order, in the place of this one; the focus stays on the tab that was chosen, or goes to the first comment. */
async function reorder(link) {
  const fragment = link.closest("[data-ew-fragment]");
  const { html, ok } = await ask(link.dataset.ewShow);
  if (!ok) throw new Error("no list");
  const name = link.textContent;
  fragment.dataset.ewFragment = link.dataset.ewShow;
  delete fragment.dataset.ewGrown;
  link.blur();
  show(fragment, html.body);
  const same = Array.from(fragment.querySelectorAll("a[data-ew-show]")).find((tab) => tab.textContent === name);
  const next = same || fragment.querySelector(".ew-author");
  if (next) focusOn(next);
}

/** A permalink: to the comment where it is here, else its page of the list is fetched first. */
async function goTo(root, hash) {
  const found = PERMALINK.exec(hash);
  if (!found) return;
  if (!document.getElementById(hash.slice(1))) await bring(root, found[1]);
  const comment = document.getElementById(hash.slice(1));
  if (!comment) return;
  root.querySelectorAll(".is-target").forEach((other) => other.classList.remove("is-target"));
  comment.classList.add("is-target");
  comment.scrollIntoView();
  focusOn(comment.querySelector(".ew-author") || comment);
}

async function bring(root, id) {
  const fragment = root.querySelector("[data-ew-fragment]");
  try {
    const { html } = await ask(root.dataset.ewMe.replace(/\/me\?.*$/, `/c/${id}`));
    const list = html && html.querySelector("[data-ew-fragment]");
    if (!list) return; // there is no such comment any more
    fragment.dataset.ewFragment = list.dataset.ewFragment;
    show(fragment, list);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error; // offline: the article stands, only the jump is missing
  }
}

/** Waiting replies belong under what they answer; waiting comments stay at the head of the list. */
export function placeMine(root) {
  root.querySelectorAll("[data-ew-placed]").forEach((item) => item.remove());
  const mine = root.querySelector('[data-ew-mine="comments"]');
  for (const item of Array.from(mine.children)) {
    if (item.dataset.ewToolsOf) {
      placeTools(item);
      continue;
    }
    const comment = item.querySelector("article[id]");
    if (root.querySelectorAll(`[id="${comment.id}"]`).length > 1) item.remove(); // published meanwhile
    else placeReply(root, item);
  }
  mine.hidden = !mine.firstElementChild;
}

/** What its author can do to a public comment stands in the comment that everybody sees. */
function placeTools(item) {
  const comment = document.getElementById(item.dataset.ewToolsOf);
  const tools = item.querySelector("[data-ew-own]");
  item.remove();
  if (!comment) return;
  comment.querySelectorAll("[data-ew-own]").forEach((old) => old.remove());
  tools.dataset.ewPlaced = "";
  comment.append(tools);
}

/** After everything that stands under the nearest one that is here; without its root here it stays where it is. */
function placeReply(root, item) {
  const above = (item.dataset.ewAbove || "").split(" ").map((id) => document.getElementById(`c-${id}`));
  if (!above[above.length - 1]) return;
  const parent = above.find((comment) => comment).closest("li");
  const thread = parent.closest(".ew-thread > li");
  let replies = thread.querySelector(".ew-replies");
  if (!replies) {
    replies = document.createElement("ol");
    replies.className = "ew-replies";
    replies.dataset.ewPlaced = "";
    thread.append(replies);
  }
  item.dataset.ewPlaced = "";
  const depth = Number(parent.dataset.ewDepth || 0); // the root has none
  let next = parent === thread ? replies.firstElementChild : parent.nextElementSibling;
  while (next && Number(next.dataset.ewDepth) > depth) next = next.nextElementSibling;
  replies.insertBefore(item, next);
}
