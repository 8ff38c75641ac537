/**
 * The list stays as long as it was: what is decided is made up for from the following page; and what has come meanwhile
 * is announced above the list. Nothing moves that somebody may be reading: rows are only ever added below.
 */

import { ask, Unreachable } from "../dom.js";

const PAUSE = 250; // ms: decisions that follow closely are made up for at once
const EVERY = 20_000; // ms between two questions what has come
const seen = new Set();
let owed = 0;
let timer = 0;
let filling = null;

/** One card less on this page. The card after `row` goes to the end of the list once it has come. */
export function owe(id) {
  if (seen.has(id) || !document.querySelector("[data-ew-next]")) return;
  seen.add(id);
  owed += 1;
  clearTimeout(timer);
  timer = setTimeout(fill, PAUSE);
}

/** A card has come back. */
export function settle(id) {
  if (seen.delete(id) && owed) owed -= 1;
}

/** Resolves once the rows that are owed have come. */
export async function fill() {
  clearTimeout(timer);
  if (filling) await filling;
  const next = document.querySelector("[data-ew-next]");
  if (!owed || !next) return;
  const count = owed;
  owed = 0;
  filling = put(next, count).finally(() => { filling = null; });
  await filling;
}

async function put(next, count) {
  const address = new URL(next.href);
  address.searchParams.set("rows", String(count));
  let answer;
  try {
    answer = await ask(address.href);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    owed += count; // with the next decision
    return;
  }
  const list = document.querySelector("[data-ew-rows]");
  if (!list || !answer.ok || !answer.html) return;
  for (const row of answer.html.querySelectorAll("[data-ew-row]")) {
    if (!document.querySelector(`[data-ew-row="${row.dataset.ewRow}"]`)) list.append(document.adoptNode(row));
  }
  const further = answer.html.querySelector("[data-ew-next]");
  if (further) next.href = withoutRows(further.href);
  else next.remove();
}

function withoutRows(href) {
  const address = new URL(href, location.href);
  address.searchParams.delete("rows");
  return address.href;
}

/* ---- what has come ------------------------------------------------------------------------------------------ */

let tag = "";

async function look(address, link) {
  if (document.hidden) return;
  const headers = { Accept: "application/json" };
  if (tag) headers["If-None-Match"] = tag;
  let answer;
  try {
    answer = await fetch(address, { headers, redirect: "error" });
  } catch {
    return; // offline: the next time
  }
  if (answer.status !== 200) return;
  tag = answer.headers.get("ETag") || "";
  const { count, text, href } = await answer.json();
  link.hidden = !count;
  link.textContent = text;
  link.href = href;
}

/** Asks now and then how many comments have come, and shows the link to them. */
export function watch() {
  const queue = document.querySelector("[data-ew-news-at]");
  const link = document.querySelector("[data-ew-new]");
  if (!queue || !link) return;
  const again = () => look(queue.dataset.ewNewsAt, link);
  setInterval(again, EVERY);
  document.addEventListener("visibilitychange", again);
}
