/**
 * The captcha of a comment form: asked for when the form is first touched, so that the article itself carries none;
 * renewed while somebody is still writing; another picture in place.
 */

import { append, ask, replace, Unreachable } from "../dom.js";

const MARGIN = 60_000; // milliseconds before its end in which an unanswered picture is renewed

const attended = new WeakSet();
const ends = new WeakMap(); // captcha element → its end on our clock

export function attend(form) {
  const here = form.querySelector("[data-ew-captcha]");
  if (here) noteEnd(here, Date.now());
  if (attended.has(form)) return;
  attended.add(form);
  form.addEventListener("focusin", () => summon(form));
  form.addEventListener("input", () => renewIfOld(form));
  form.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="new_code"]');
    if (!button) return;
    event.preventDefault();
    renew(form).then((input) => input && input.focus());
  });
}
