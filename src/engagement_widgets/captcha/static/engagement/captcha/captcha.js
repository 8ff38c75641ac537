/**
 * The captcha of a form: asked for when the form is first touched, so that the article itself carries none; renewed
 * while somebody is still writing; another picture in place.
 *
 * `data-ew-captcha-slot="address"` is where it stands and where it comes from, `data-ew-prefix` begins the ids of the
 * form's fields. Without an answer the form is sent without it, and the server comes back with it as the next step.
 */

import { ask, replace, Unreachable } from "../dom.js";

const MARGIN = 60_000; // milliseconds before its end from which on an unanswered picture is renewed

const attended = new WeakSet();
const dues = new WeakMap(); // captcha element → when it should be renewed, by this machine's clock
const asking = new WeakSet(); // forms with a question on its way

/** `now` is the server's clock when the form came, so that a wrong clock here does not matter. */
export function attend(form, now = Date.now()) {
  if (!slotOf(form)) return; // a signed-in reader needs none
  noteDue(captchaOf(form), now);
  if (attended.has(form)) return;
  attended.add(form);
  form.addEventListener("focusin", () => keepFresh(form));
  form.addEventListener("input", () => keepFresh(form));
  form.addEventListener("click", (event) => {
    const other = event.target.closest('button[name="new_code"]');
    if (!other) return;
    event.preventDefault();
    renew(form).then(() => codeOf(form).focus());
  });
  if (form.contains(document.activeElement)) keepFresh(form); // touched before this script was there
}

/** The picture was spent with the form. */
export function drop(form) {
  const captcha = captchaOf(form);
  if (captcha) captcha.remove();
}

/** There is one, and it will last: a picture nobody answered yet is renewed silently, an answered one is left alone. */
function keepFresh(form) {
  const captcha = captchaOf(form);
  const isOld = captcha && Date.now() > dues.get(captcha) && !codeOf(form).value;
  if (!captcha || isOld) renew(form);
}

async function renew(form) {
  if (asking.has(form)) return;
  asking.add(form);
  try {
    put(form, await ask(slotOf(form).dataset.ewCaptchaSlot, question(form)));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
  } finally {
    asking.delete(form);
  }
}

function put(form, { html, now }) {
  const fresh = html && html.querySelector("[data-ew-captcha]");
  if (!fresh) return; // too many asked for: the sentence comes with the form's own answer
  const old = captchaOf(form);
  if (old) {
    keepKey(old, fresh);
    replace(old, fresh);
  } else {
    slotOf(form).append(document.adoptNode(fresh));
  }
  noteDue(captchaOf(form), now);
}

/** The key that makes two sendings of one comment one comment belongs to the text, not to the picture. */
function keepKey(old, fresh) {
  const [ours, theirs] = [old, fresh].map((captcha) => captcha.querySelector('[name="submission_key"]'));
  if (ours && theirs) theirs.value = ours.value;
}

function question(form) {
  return new URLSearchParams({
    purpose: form.dataset.ewForm,
    page: form.elements.namedItem("page").value,
    prefix: slotOf(form).dataset.ewPrefix,
  });
}

function noteDue(captcha, now) {
  if (!captcha) return;
  const life = Date.parse(captcha.dataset.ewExpires) - now;
  dues.set(captcha, Date.now() + life - Math.min(MARGIN, life / 2));
}

const captchaOf = (form) => form.querySelector("[data-ew-captcha]");
const codeOf = (form) => form.elements.namedItem("code");
const slotOf = (form) => form.querySelector("[data-ew-captcha-slot]");
