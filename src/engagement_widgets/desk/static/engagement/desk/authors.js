/**
 * The author of the card in focus, beside the queue where there is room: the panel that else is a page of its own.
 */

import { ask, on, replace, Unreachable, words } from "../dom.js";

const wide = window.matchMedia("(min-width: 78rem)");
const PAUSE = 200; // milliseconds; whoever runs through the cards asks for none of them
let waiting = 0;
let wanted = "";

/** Shows the author of a card soon, where there is room and the author is not there already. */
export function follow(card) {
  const link = card && card.querySelector("a[data-ew-author-link]");
  clearTimeout(waiting);
  if (link && wide.matches && link.href !== wanted) waiting = setTimeout(() => load(link.href), PAUSE);
}

/** Goes to the author of a card: into the panel, or where there is no room for it to the page. */
export function visit(card) {
  const link = card && card.querySelector("a[data-ew-author-link]");
  if (link) link.click();
}

async function load(url, content, { focus = false } = {}) {
  clearTimeout(waiting);
  wanted = url;
  try {
    const answer = await ask(url, content);
    if (wanted === url) take(answer, focus);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    wanted = "";
    say(words(document.body, error.reason));
  }
}

function take({ html, url }, focus) {
  const panel = html && html.querySelector("[data-ew-author]");
  if (!panel) { // the session is over, or the comment is gone: the page says which
    if (focus) location.assign(url);
    return;
  }
  const heading = html.querySelector("h1");
  const aside = document.querySelector("[data-ew-aside]") || makeAside(heading ? heading.textContent : "");
  const put = replace(aside.lastElementChild, panel);
  say(put.querySelector("[role=status], [role=alert]"));
  if (focus) put.focus();
}

function makeAside(title) {
  const aside = document.createElement("aside");
  aside.className = "ew-aside";
  aside.setAttribute("data-ew-aside", "");
  aside.setAttribute("aria-label", title);
  const heading = document.createElement("p");
  heading.className = "ew-aside__head";
  heading.setAttribute("aria-hidden", "true"); // the landmark has that name
  heading.textContent = title;
  aside.append(heading, document.createElement("div"));
  const shell = document.querySelector(".ew-shell");
  shell.classList.add("has-aside");
  shell.append(aside);
  return aside;
}

function say(element) {
  const said = document.querySelector("[data-ew-said]");
  if (said && element) said.textContent = element.textContent.trim().replace(/\s+/g, " ");
}

/** Makes names on cards open the panel, and what is in the panel stay in it. */
export function wireAuthors() {
  on(document, "click", "a[data-ew-author-link]", (link, event) => {
    if (!wide.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    load(link.href, null, { focus: true });
  });
  on(document, "submit", "[data-ew-aside] form", (form, event) => {
    event.preventDefault();
    load(form.action, new URLSearchParams(new FormData(form)), { focus: true });
  });
}
