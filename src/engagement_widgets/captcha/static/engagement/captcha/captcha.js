/**
 * The captcha of a form: asked for when the form is first touched, so that the article itself carries none; renewed
 * while somebody is still writing; another picture, or a recording beside it, in place.
 *
 * The widget of another service is drawn by `remote.js`.
 *
 * `data-ew-captcha-slot="address"` is where it stands and where it comes from, `data-ew-prefix` begins the ids of the
 * form's fields. Without an answer the form is sent without it, and the server comes back with it as the next step.
 */

import { ask, focusOn, replace, Unreachable, words } from "../dom.js";
import { tell } from "../forms.js";
import { begin } from "./work.js";

const MARGIN = 60_000; // milliseconds before its end from which on an unanswered picture is renewed

const attended = new WeakSet();
const dues = new WeakMap(); // captcha element → when it should be renewed, by this machine's clock
const asking = new WeakSet(); // forms with a question on its way

/** `now` is the server's clock when the form came, so that a wrong clock here does not matter. */
export function attend(form, now = Date.now()) {
  if (!slotOf(form)) return; // a signed-in reader needs none
  noteDue(captchaOf(form), now);
  begin(form);
  withRemote(form, "draw");
  if (attended.has(form)) return;
  attended.add(form);
  form.addEventListener("focusin", () => keepFresh(form));
  form.addEventListener("input", () => keepFresh(form));
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="new_code"], button[name="speak"]');
    if (!button) return;
    event.preventDefault();
    change(form, button.name === "speak");
  });
  if (form.contains(document.activeElement)) keepFresh(form); // touched before this script was there
}

/** The captcha in a form of the host. */
export function start(root) {
  attend(root.closest("form"));
}

/** The form was sent and stays as it is: what a service's widget gave is spent. */
export function spend(form) {
  withRemote(form, "reset");
}

/** The picture was spent with the form. */
export function drop(form) {
  const captcha = captchaOf(form);
  if (captcha) captcha.remove();
  begin(form);
}

/**
 * "Đổi mã khác": another picture and an empty field. "Nghe mã": a recording too, which the reader starts. Or the reason
 * why not.
 */
async function change(form, spoken) {
  const problem = await renew(form, spoken);
  if (problem) tell(form, problem);
  else focusOn(recordingOf(form) || codeOf(form) || remoteOf(form) || captchaOf(form).querySelector("button"));
}

/** There is one, and it will last: a picture nobody answered yet is renewed silently, an answered one is left alone. */
function keepFresh(form) {
  const captcha = captchaOf(form);
  const isAnswered = codeOf(form) && codeOf(form).value;
  const isOld = captcha && Date.now() > dues.get(captcha) && !isAnswered;
  if (!captcha || isOld) renew(form, captcha && Boolean(recordingOf(form)));
}

/** Asks for a picture. Resolves to what to tell a reader who asked for it, null where all is well. */
async function renew(form, spoken) {
  if (asking.has(form)) return null;
  asking.add(form);
  try {
    return put(form, await ask(slotOf(form).dataset.ewCaptchaSlot, question(form, spoken)));
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return words(form, error.reason);
  } finally {
    asking.delete(form);
  }
}

function put(form, { html, now }) {
  const fresh = html && html.querySelector("[data-ew-captcha]");
  if (!fresh) return html && html.querySelector("[data-ew-reply]");
  const old = captchaOf(form);
  if (old) {
    keepKey(old, fresh);
    replace(old, fresh);
  } else {
    slotOf(form).append(document.adoptNode(fresh));
  }
  const recording = recordingOf(form);
  if (recording) recording.load(); // it may have looked for its sound, in vain, in the document it came with
  noteDue(captchaOf(form), now);
  begin(form);
  withRemote(form, "draw");
  return null;
}

/** The key that makes two sendings of one comment one comment belongs to the text, not to the picture. */
function keepKey(old, fresh) {
  const [ours, theirs] = [old, fresh].map((captcha) => captcha.querySelector('[name="submission_key"]'));
  if (ours && theirs) theirs.value = ours.value;
}

function question(form, spoken) {
  const { ewReference, ewPrefix } = slotOf(form).dataset;
  const purpose = ewReference // a form of the host
    ? { form: ewReference }
    : { purpose: form.dataset.ewForm, page: form.elements.namedItem("page").value };
  const speak = spoken ? "1" : "";
  return new URLSearchParams({ ...purpose, replaces: shownIn(form), speak, prefix: ewPrefix });
}

function noteDue(captcha, now) {
  if (!captcha || !captcha.dataset.ewExpires) return; // spared, or renewed by a service's own script
  const life = Date.parse(captcha.dataset.ewExpires) - now;
  dues.set(captcha, Date.now() + life - Math.min(MARGIN, life / 2));
}

/** Only a form with a service's widget needs the script for it. */
async function withRemote(form, act) {
  if (!remoteOf(form)) return;
  const remote = await import("./remote.js");
  remote[act](form);
}

const shownIn = (form) => {
  const shown = form.elements.namedItem("challenge");
  return shown ? shown.value : "";
};
const captchaOf = (form) => form.querySelector("[data-ew-captcha]");
const recordingOf = (form) => form.querySelector("[data-ew-captcha] audio");
const remoteOf = (form) => form.querySelector("[data-ew-remote]");
const codeOf = (form) => form.elements.namedItem("code");
const slotOf = (form) => form.querySelector("[data-ew-captcha-slot]");
