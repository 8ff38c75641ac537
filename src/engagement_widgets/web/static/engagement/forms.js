/**
 * Sending the forms that also work without us: once, with the button that was pressed, and telling how it went.
 *
 * The server answers with a receipt (`data-ew-receipt`), with the same form again and its errors or its next step, or
 * with a refusal (`data-ew-reply`). Without an answer the form stays as it is and says so.
 */

import { ask, on, Unreachable, words } from "./dom.js";

const pressed = new WeakMap(); // form → its last pressed button; `event.submitter` is missing before Safari 15.4

/**
 * Takes over the forms of one kind below `root`. `send(form, button)` does the work; if it throws, which only a bug or
 * an old browser can cause, the form goes the way it would have gone without us.
 */
export function onSubmit(root, kind, send) {
  const forms = `form[data-ew-form="${kind}"]`;
  on(root, "click", `${forms} button`, (button) => pressed.set(button.form, button));
  on(root, "submit", forms, (form, event) => {
    event.preventDefault();
    attempt(send, form, event.submitter || pressed.get(form));
  });
  on(root, "click", '[data-ew-do="retry"]', (retry) => {
    const form = unsent.get(retry.closest("[data-ew-outcome]"));
    if (form && form.matches(forms)) attempt(send, form, pressed.get(form));
  });
}

async function attempt(send, form, button) {
  if (form.getAttribute("aria-busy") === "true") return;
  try {
    await send(form, button);
  } catch {
    sendPlainly(form, button);
  }
}

function sendPlainly(form, button) {
  if (button && button.name) {
    const value = document.createElement("input");
    value.type = "hidden";
    value.name = button.name;
    value.value = button.value;
    form.append(value);
  }
  HTMLFormElement.prototype.submit.call(form); // a control named "submit" would hide the method
}

/**
 * Posts a form and resolves to `{receipt, again, refusal, url, now}`: elements of the answer or null, its address, and
 * the server's clock. Where there was no answer that makes sense it has been told so, and the elements are null.
 */
export async function post(form, button) {
  const release = hold(form, button);
  try {
    return await answerTo(form, button);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    unsent.set(tell(form, words(form, error.reason)), form);
    return { receipt: null, again: null, refusal: null };
  } finally {
    release();
  }
}

async function answerTo(form, button) {
  const address = (button && button.getAttribute("formaction")) || form.getAttribute("action");
  const content = new URLSearchParams(new FormData(form));
  if (button && button.name) content.append(button.name, button.value);

  const { ok, html, url, now } = await ask(address, content);
  const find = (selector) => html && html.querySelector(selector);
  const receipt = ok ? find("[data-ew-receipt]") : null;
  const again = find(`form[data-ew-form="${form.dataset.ewForm}"]`);
  const refusal = find("[data-ew-reply]");
  if (!receipt && !again && !refusal) throw new Unreachable("unanswered"); // some proxy's page, not ours
  return { receipt, again, refusal, url, now };
}

/**
 * Marks the form as being sent: a second submit is ignored and the button says so. The button keeps its focus
 * (`aria-disabled`, not `disabled`), or a keyboard user would be thrown to the top of the page.
 */
function hold(form, button) {
  const isSeen = button && button.offsetWidth > 1; // Enter presses the form's first button, which is for that alone
  const shown = isSeen ? button : form.querySelector(".ew-btn--primary");
  form.setAttribute("aria-busy", "true");
  if (!shown) return () => form.removeAttribute("aria-busy");

  const label = Array.from(shown.childNodes);
  const sending = words(form, "sending");
  shown.setAttribute("aria-disabled", "true");
  if (sending) shown.textContent = sending.textContent;
  return () => {
    form.removeAttribute("aria-busy");
    shown.removeAttribute("aria-disabled");
    shown.textContent = "";
    shown.append(...label);
  };
}

const unsent = new WeakMap(); // outcome place → the form that "Thử lại" in it means

/** The place where a form's outcomes are told: its own or its widget's, a live region that is there from load. */
function outcomeOf(form) {
  const widget = form.closest("[data-ew-widget]");
  return form.querySelector("[data-ew-outcome]") || widget.querySelector("[data-ew-outcome]");
}

/** Tells an outcome, an element or null for none, and returns the place where it stands. */
export function tell(form, message) {
  const place = outcomeOf(form);
  place.textContent = "";
  unsent.delete(place);
  if (message) {
    const adopted = document.adoptNode(message);
    adopted.removeAttribute("role"); // a live region inside a live region is read twice
    place.append(adopted);
    place.scrollIntoView({ block: "nearest" });
  }
  return place;
}

/** Tells ears what eyes see elsewhere. */
export function announce(form, text) {
  const sentence = document.createElement("span");
  sentence.className = "ew-vh";
  sentence.textContent = text;
  tell(form, sentence);
}
