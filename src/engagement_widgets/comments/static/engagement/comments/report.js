/**
 * Reporting at the place: the form that "Báo cáo vi phạm" leads to opens below its comment, and the outcome is told
 * where it stood. Esc or "Hủy" closes it and gives the focus back.
 */

import { ask, focusOn, on, replace } from "../dom.js";
import { onSubmit, post, tell } from "../forms.js";
import { rememberWriting } from "../fragments.js";
import { attend as attendCounter } from "./counter.js";
import { inPlace } from "./inplace.js";

const openers = new WeakMap(); // report form, or what was told in its place → the link that opened it
const standing = new WeakMap(); // and the other way

export function attend(root) {
  on(root, "click", '[data-ew-do="report"]', (link, event) => inPlace(link, event, () => open(link)));
  on(root, "click", '[data-ew-do="cancel-report"]', (button) => close(button.form));
  on(root, "keydown", 'form[data-ew-form="report"]', (form, event) => {
    if (event.key === "Escape" && !event.isComposing) close(form);
  });
  onSubmit(root, "report", send);
}

async function open(link) {
  const before = standing.get(link);
  if (before && before.isConnected) {
    focusOn(before.querySelector("select") || before);
    return;
  }
  const { html } = await ask(link.href);
  const found = html.querySelector('form[data-ew-form="report"], [data-ew-receipt="report"], [data-ew-reply]');
  const shown = document.adoptNode(found);
  link.closest("article").after(shown);
  keep(link, shown);
  if (shown.matches("form")) attendForm(shown);
  focusOn(shown.querySelector("select") || shown);
}

function attendForm(form) {
  form.noValidate = true; // the server's errors come in the page's language and with a summary
  attendCounter(form);
}

function keep(link, shown) {
  openers.set(shown, link);
  standing.set(link, shown);
}

async function send(form, button) {
  const link = openers.get(form);
  const { receipt, again, refusal } = await post(form, button);
  if (again) {
    const fresh = replace(form, again);
    keep(link, fresh);
    attendForm(fresh);
    focusOn(fresh.querySelector("[data-ew-summary]") || fresh);
  } else if (receipt) {
    rememberWriting();
    const told = replace(form, receipt);
    keep(link, told);
    focusOn(told);
  } else if (refusal) tell(form, refusal);
}

function close(form) {
  form.remove();
  openers.get(form).focus();
}
