/**
 * The one door between server and page.
 *
 * HTML of the server comes in as a parsed document (XHR, `responseType = "document"`) and its nodes are moved over.
 * That works under `require-trusted-types-for 'script'`, where `innerHTML` and `DOMParser` throw, and leaves every
 * sentence and every tag to the server's templates: there is no second renderer here.
 */

const PATIENCE = 20_000; // milliseconds; a phone on a bad line gets this long before we say so

/** The request got no answer. `reason` names the sentence to show: "offline" or "unanswered". */
export class Unreachable extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Asks our server for HTML; with a body (URLSearchParams) it posts. Redirects are followed by the browser.
 *
 * Resolves for every status, to `{ok, url, html, now}`: `html` is the answer as a document, or null where it was
 * something else, `now` the server's clock. Rejects with Unreachable.
 */
export function ask(url, body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(body ? "POST" : "GET", url);
    request.responseType = "document";
    request.timeout = PATIENCE;
    request.setRequestHeader("Accept", "text/html");
    request.setRequestHeader("ew-partial", "1"); // the body alone, without the host's layout
    request.onload = () => resolve({
      ok: request.status >= 200 && request.status < 300,
      url: request.responseURL,
      html: request.response,
      now: Date.parse(request.getResponseHeader("Date")) || Date.now(),
    });
    request.onerror = () => reject(new Unreachable("offline"));
    request.ontimeout = () => reject(new Unreachable("unanswered"));
    request.send(body || null);
  });
}

/** Replaces what `target` holds by what `source` holds; `source` may come from another document. */
export function fill(target, source) {
  target.textContent = "";
  append(target, source);
}

/** Moves what `source` holds to the end of `target`. */
export function append(target, source) {
  for (const node of Array.from(source.childNodes)) {
    target.append(document.adoptNode(node));
  }
}

/** Puts an element of another document in the place of one of ours and returns it. */
export function replace(old, fresh) {
  const adopted = document.adoptNode(fresh);
  old.replaceWith(adopted);
  return adopted;
}

/**
 * A fresh copy of `<template data-ew-text="name">`, the widget's own or any on the page, as one element; null where
 * the page was rendered without it.
 */
export function words(near, name) {
  const selector = `template[data-ew-text="${name}"]`;
  const widget = near.closest("[data-ew-widget]");
  const template = (widget && widget.querySelector(selector)) || document.querySelector(selector);
  if (!template) return null;
  const copy = document.importNode(template.content, true);
  if (copy.childNodes.length === 1 && copy.firstElementChild) return copy.firstElementChild;
  const sentence = document.createElement("span");
  sentence.append(copy);
  return sentence;
}

/** The language of the text an element stands in. */
export function languageOf(element) {
  return (element.closest("[lang]") || document.documentElement).lang || "vi";
}

/** One listener on `root` for every element that matches now or later: `act(element, event)`. */
export function on(root, type, selector, act) {
  root.addEventListener(type, (event) => {
    const element = event.target instanceof Element ? event.target.closest(selector) : null;
    if (element && root.contains(element)) act(element, event);
  });
}

/** True for a click that asks for a tab or window of its own. */
export function isElsewhere(event) {
  return event.metaKey || event.ctrlKey || event.shiftKey;
}

/** Gives focus to something that is no control, such as a heading or a message. */
export function focusOn(element) {
  if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
  element.focus();
}

/** True when moving the focus takes nothing from anybody: it lies in `part`, or went down with a removed element. */
export function mayMoveFocus(part) {
  const active = document.activeElement;
  return !active || active === document.body || part.contains(active);
}
