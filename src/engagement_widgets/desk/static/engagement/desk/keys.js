/**
 * Keys by where they lie, not by what they type (`event.code`), so that a Vietnamese keyboard left on changes nothing.
 * They are off while somebody types, and can be switched off for this machine.
 */

import { ask } from "../dom.js";
import { keep, recall } from "../store.js";
import { closeMenus } from "./menus.js";

const OFF = "desk-keys-off";
const KEYS = {
  KeyJ: "next",
  KeyK: "previous",
  KeyA: "approve",
  KeyR: "reject",
  KeyS: "spam",
  KeyD: "trash",
  KeyU: "undo",
  KeyH: "author",
  Slash: "search",
};
const SHIFTED = { KeyR: "reasons" };

/** Listens for keys; `deeds` holds a function for each name in `KEYS` and `SHIFTED`. */
export function listen(deeds) {
  show();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (document.querySelector("dialog[open]") || isTyping(event.target)) return;
    if (chooses(event)) return;
    const name = asksForHelp(event) ? "help" : (event.shiftKey ? SHIFTED : KEYS)[event.code];
    if (!name || (recall(OFF) && name !== "help")) return;
    event.preventDefault();
    if (name === "help") help();
    else deeds[name]();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a[data-ew-keys]") || event.ctrlKey || event.metaKey || !canShowDialogs()) return;
    event.preventDefault();
    help();
  });
  wire(document);
}

/** "?" lies elsewhere on some keyboards, and types "?" wherever it lies. */
function asksForHelp(event) {
  return event.key === "?" || (event.shiftKey && event.code === "Slash");
}

/** Digits press the buttons of an open reason menu. */
function chooses(event) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  const menu = digit && document.querySelector("details[data-ew-reasons][open]");
  const button = menu && menu.querySelectorAll('button[name="reason"]')[digit[1] - 1];
  if (!button) return false;
  event.preventDefault();
  button.click();
  return true;
}

function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input") && !/^(?:checkbox|radio|button|submit)$/.test(target.type);
}

function canShowDialogs() {
  return typeof HTMLDialogElement === "function";
}

/** Shows the table of keys: the page of the same words, in a dialog. */
async function help() {
  const link = document.querySelector("a[data-ew-keys]");
  if (!link || document.querySelector("[data-ew-keys-body]")) return;
  if (!canShowDialogs()) {
    location.assign(link.href);
    return;
  }
  const { html } = await ask(link.href).catch(() => ({ html: null }));
  const words = html && html.querySelector("[data-ew-keys-body]");
  if (!words) {
    location.assign(link.href);
    return;
  }
  closeMenus();
  const dialog = document.createElement("dialog");
  dialog.className = "ew-dialog";
  dialog.setAttribute("aria-labelledby", "ew-keys-title");
  dialog.append(document.adoptNode(words));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  const close = dialog.querySelector('[data-ew-do="close"]');
  close.hidden = false;
  close.addEventListener("click", () => dialog.close());
  wire(dialog);
  dialog.showModal();
}

/** The switch that turns keys off on this machine. */
function wire(root) {
  const label = root.querySelector("[data-ew-keys-switch]");
  if (!label) return;
  label.hidden = false;
  const box = label.querySelector("input");
  box.checked = !recall(OFF);
  box.addEventListener("change", () => {
    keep(OFF, box.checked ? null : true);
    show();
  });
}

function show() {
  document.body.classList.toggle("is-keyless", Boolean(recall(OFF)));
}
