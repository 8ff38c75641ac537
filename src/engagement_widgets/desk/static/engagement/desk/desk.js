/**
 * The desk as a keyboard tool: decisions in place, the next card in focus, menus that close, keys.
 *
 * Everything works without this file. It posts the same forms, and puts what the server answers where it belongs.
 */

import { ask, on, replace, Unreachable, words } from "../dom.js";
import { follow, visit, wireAuthors } from "./authors.js";
import { fill, owe, settle, watch } from "./filling.js";
import { listen } from "./keys.js";
import { closeMenus } from "./menus.js";

const MINUTE = 60_000;
const body = document.body;
const queue = document.querySelector("[data-ew-queue]");
const busy = new WeakSet();
const pressed = new WeakMap(); // form → its last pressed button; `event.submitter` is missing before Safari 15.4
const decided = []; // ids of the rows decided on this page, the latest last
let lastReason = recallReason();
let expiry = 0;

/* ---- the card in focus -------------------------------------------------------------------------------------- */

function cards() {
  return Array.from(document.querySelectorAll("[data-ew-card]"));
}

function current() {
  return document.querySelector("[data-ew-card].is-focus");
}

/** Marks a card as the one the keys are about, and lays its rarer moves open. */
function mark(card) {
  const former = current();
  if (former === card) return;
  if (former) {
    former.classList.remove("is-focus");
    const more = former.querySelector("[data-ew-more]");
    if (more) more.open = false;
  }
  if (!card) return;
  closeMenus();
  card.classList.add("is-focus");
  follow(card);
  const more = card.querySelector("[data-ew-more]");
  if (more) more.open = true;
}

function focusCard(card) {
  mark(card);
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** Goes to the card that stands `step` further, or stays at the last one. */
function move(step) {
  const all = cards();
  if (!all.length) return;
  const at = all.indexOf(current());
  focusCard(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]);
}

/** The card to go on with after this row: the next below, else the one above, else the way to the next page. */
function goOn(row) {
  const after = (start, step) => {
    for (let item = start[step]; item; item = item[step]) {
      const card = item.querySelector("[data-ew-card]");
      if (card && item.dataset.ewShape === "card") return card;
    }
    return null;
  };
  const card = after(row, "nextElementSibling") || after(row, "previousElementSibling");
  if (card) {
    focusCard(card);
    return;
  }
  mark(null);
  const next = document.querySelector("[data-ew-next]");
  (next || row.querySelector("button") || document.querySelector("#ew-main")).focus();
  if (next) fill().then(() => goOnFrom(next, row));
}

/** What came while the focus waited at the end of the list takes it. */
function goOnFrom(next, row) {
  if (document.activeElement !== next && document.activeElement !== document.body) return;
  let item = row;
  while (item.nextElementSibling && item.dataset.ewShape !== "card") item = item.nextElementSibling;
  const card = item.dataset.ewShape === "card" && item.querySelector("[data-ew-card]");
  if (card) focusCard(card);
}

/* ---- posting ------------------------------------------------------------------------------------------------ */

/** Posts a form with the button that was pressed and puts the answer in place. */
async function send(form, button) {
  if (busy.has(form)) return;
  busy.add(form);
  const row = form.closest("[data-ew-row]");
  if (row) row.setAttribute("aria-busy", "true");
  const content = new URLSearchParams(new FormData(form));
  if (button && button.name) content.append(button.name, button.value);
  try {
    const { html, url } = await ask(form.getAttribute("action"), content);
    take(html, url, { undo: form.hasAttribute("data-ew-undo") });
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    toast(words(body, error.reason));
  } finally {
    busy.delete(form);
    if (row) row.removeAttribute("aria-busy");
  }
}

/** Takes from an answer what has a place on this page: the row, the counts, the toast. */
function take(html, url, { undo = false } = {}) {
  if (!html) {
    toast(words(body, "unanswered"));
    return;
  }
  const refusal = html.querySelector("template[data-ew-refusal]");
  if (refusal) {
    toast(document.importNode(refusal.content, true).firstElementChild);
    return;
  }
  const reply = html.querySelector("[data-ew-reply]"); // refused before it came to the desk, such as by its origin
  if (reply) {
    reply.setAttribute("data-ew-toast", "");
    toast(reply);
    return;
  }
  const fresh = html.querySelector("[data-ew-row]");
  const said = html.querySelector("[data-ew-toast]");
  if (!fresh && !said) { // the sign-in page, most likely: the session is over
    location.assign(url);
    return;
  }
  const views = html.querySelector("[data-ew-views]");
  if (views) replaceViews(views);
  document.title = html.title;
  if (fresh) putRow(fresh, undo);
  const news = fresh && fresh.querySelector("[data-ew-news] div");
  if (said) toast(said);
  else if (news) say(news);
}

function replaceViews(fresh) {
  const old = document.querySelector("[data-ew-views]");
  if (!old) return;
  const scrolled = Array.from(old.querySelectorAll("ul"), (list) => list.scrollLeft);
  const put = replace(old, fresh);
  put.querySelectorAll("ul").forEach((list, at) => { list.scrollLeft = scrolled[at] || 0; });
}

function putRow(fresh, undo) {
  const old = document.querySelector(`[data-ew-row="${fresh.dataset.ewRow}"]`);
  if (!old) { // undone from a toast whose row is on another page
    location.reload();
    return;
  }
  const row = replace(old, fresh);
  if (row.dataset.ewShape === "done") {
    decided.push(row.dataset.ewRow);
    owe(row.dataset.ewRow);
  } else settle(row.dataset.ewRow);
  const card = row.querySelector("[data-ew-card]");
  if (card && (undo || row.dataset.ewShape !== "card")) focusCard(card); // given back, or news to read
  else goOn(row);
}

/* ---- the toast ---------------------------------------------------------------------------------------------- */

/** Shows what was done (or went wrong) and says it to a screen reader; counts the minutes an undo has left. */
function toast(fresh) {
  if (!fresh) return;
  const dock = document.querySelector("[data-ew-dock]") || body;
  const old = document.querySelector("[data-ew-toast]");
  clearInterval(expiry);
  const node = document.adoptNode(fresh);
  if (old) old.replaceWith(node);
  else dock.append(node);
  say(node.querySelector("span"));
  if (node.dataset.ewUntil) expiry = setInterval(() => countDown(node), 5000);
}

/** Says to a screen reader what an element shows. */
function say(element) {
  const said = document.querySelector("[data-ew-said]");
  if (said && element) said.textContent = element.textContent.trim().replace(/\s+/g, " ");
}

function countDown(node) {
  const left = Date.parse(node.dataset.ewUntil) - Date.now();
  if (left <= 0) {
    clearInterval(expiry);
    if (!node.contains(document.activeElement)) node.remove();
    return;
  }
  const minutes = node.querySelector("[data-ew-minutes]");
  if (minutes) minutes.textContent = String(Math.ceil(left / MINUTE));
}

/* ---- reasons ------------------------------------------------------------------------------------------------ */

function recallReason() {
  try {
    return sessionStorage.getItem("ew-desk-reason");
  } catch {
    return null;
  }
}

function keepReason(code) {
  lastReason = code;
  try {
    sessionStorage.setItem("ew-desk-reason", code);
  } catch {
    // kept for this page only
  }
}

/* ---- what keys do ------------------------------------------------------------------------------------------- */

function press(selector) {
  const card = current();
  const button = card && card.querySelector(selector);
  if (button) button.click();
}

function reject() {
  const card = current();
  const again = lastReason && card && card.querySelector(`button[name="reason"][value="${CSS.escape(lastReason)}"]`);
  if (again && card.querySelector('button[value="rejected"]')) again.click();
  else press('button[name="decision"][value="rejected"]');
}

function openReasons() {
  const card = current();
  const menu = card && card.querySelector("[data-ew-reasons]");
  if (!menu) return;
  menu.open = true;
  menu.querySelector("button").focus();
}

/** Takes back the latest decision of this page that still can be. */
function undo() {
  while (decided.length) {
    const form = document.querySelector(`[data-ew-row="${decided.pop()}"] form[data-ew-undo]`);
    if (form) {
      send(form, null);
      return;
    }
  }
  const form = document.querySelector("[data-ew-toast] form[data-ew-undo]"); // of the page before
  if (form) send(form, null);
}

/* ---- wiring ------------------------------------------------------------------------------------------------- */

if (queue) {
  wireAuthors();
  on(document, "click", "button", (button) => {
    if (button.form) pressed.set(button.form, button);
  });
  on(document, "submit", "form[data-ew-decide], form[data-ew-undo]", (form, event) => {
    event.preventDefault();
    const button = event.submitter || pressed.get(form);
    if (button && button.name === "reason") keepReason(button.value);
    closeMenus();
    send(form, button);
  });
  // A card grows when it is marked. Under a pointer that would move the button between press and release, so a
  // pointer marks a card only by a click beside its buttons.
  let pointing = false;
  document.addEventListener("pointerdown", () => { pointing = true; });
  document.addEventListener("keydown", () => { pointing = false; }, true);
  on(document, "focusin", "[data-ew-card]", (card) => {
    if (!pointing) mark(card);
  });
  on(document, "click", "[data-ew-card]", (card, event) => {
    pointing = false;
    const onControl = event.target.closest("a, button, summary, details, label");
    // The second half of a double click would hit whatever has moved under the pointer meanwhile.
    if (onControl && event.detail > 1) event.preventDefault();
    else if (!onControl && !getSelection().toString()) focusCard(card);
  });
  on(document, "click", "a[data-ew-reload]", async (link, event) => {
    event.preventDefault();
    try {
      const { html, url } = await ask(link.href);
      take(html, url, { undo: true });
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      toast(words(body, error.reason));
    }
  });
}

listen({
  next: () => move(1),
  previous: () => move(-1),
  approve: () => press('button[value="approved"]'),
  reject,
  reasons: openReasons,
  spam: () => press('button[value="spam"]'),
  trash: () => press('button[value="deleted"]'),
  undo,
  author: () => visit(current()),
  search: () => {
    const box = document.getElementById("ew-q");
    if (box) box.select();
  },
});

watch();
const view = document.querySelector("[data-ew-views] [aria-current]");
if (view) view.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a phone the views travel sideways
const first = document.querySelector("[data-ew-toast]");
if (first && first.dataset.ewUntil) expiry = setInterval(() => countDown(first), 5000);
const summary = document.querySelector("[data-ew-summary]");
if (summary) summary.focus();
