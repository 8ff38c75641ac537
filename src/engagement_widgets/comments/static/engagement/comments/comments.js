/**
 * The discussion: sending a comment or a reply, and showing it at its place while it waits.
 *
 * Every `form[data-ew-form="comment"]`, the widget's own, a reply's or one that came back with errors, is attended the
 * same way: draft, counter, captcha on first touch.
 */

import { attend as attendCaptcha, drop as dropCaptcha, spend as spendCaptcha } from "../captcha/captcha.js";
import { ask, focusOn, mayMoveFocus, on, replace, Unreachable, words } from "../dom.js";
import { onSubmit, post, tell } from "../forms.js";
import { emptyMine, fillMine, refreshAll, rememberWriting } from "../fragments.js";
import { forgetAll } from "../store.js";
import { attend as attendCounter } from "./counter.js";
import { attend as attendDraft, drop as dropDraft, dropOld as dropOldDrafts } from "./draft.js";
import { attend as attendOwn } from "./own.js";
import { attend as attendLikes, markLiked } from "./likes.js";
import { attend as attendReplies, inherit, isReply } from "./reply.js";
import { attend as attendReports } from "./report.js";
import { attend as attendThread, placeMine } from "./thread.js";

const FORMS = 'form[data-ew-form="comment"]';
const TYPED = ["name", "email", "body"];

export function start(root) {
  dropOldDrafts();
  attendThread(root);
  attendReplies(root, attendForm);
  attendOwn(root);
  attendLikes(root);
  attendReports(root);
  root.querySelectorAll(FORMS).forEach((form) => attendForm(form));
  root.addEventListener("ew:mine", () => {
    placeMine(root);
    markLiked(root);
    takeOwnForm(root);
  });
  root.addEventListener("ew:shown", () => {
    heedClosing(root);
    fillMine(root);
  });
  root.addEventListener("ew:fresh", () => heedClosing(root));
  root.addEventListener("ew:more", () => markLiked(root));
  onSubmit(root, "comment", (form, button) => send(root, form, button));
  on(root, "click", '[data-ew-do="forget"]', (button, event) => {
    event.preventDefault();
    forget(button.form, button.getAttribute("formaction"));
  });
}

function attendForm(form, now) {
  form.noValidate = true; // the server's errors come in the page's language and with a summary
  attendDraft(form);
  attendCounter(form);
  attendCaptcha(form, now);
}

/**
 * A reader the host has signed in needs neither name nor captcha: /me brings their form, which takes the place of the
 * one in the article unless somebody is at it. Later answers bring the key that names the next comment.
 */
function takeOwnForm(root) {
  const own = root.querySelector('[data-ew-mine="form"] form');
  const form = Array.from(root.children).find((child) => child.matches(FORMS));
  if (!own || !form) return;
  own.remove(); // never two forms with the same ids
  root.querySelector('[data-ew-mine="form"]').hidden = true;
  if ("ewReader" in form.dataset) {
    form.elements.namedItem("submission_key").value = textOf(own, "submission_key");
  } else if (!form.contains(document.activeElement)) {
    own.elements.namedItem("page").value = textOf(form, "page");
    own.elements.namedItem("body").value = textOf(form, "body");
    form.replaceWith(own);
    attendForm(own);
  }
}

/** The article may come from a cache that is older than the desk's decision; the fragment never is. */
function heedClosing(root) {
  const form = Array.from(root.children).find((child) => child.matches(FORMS));
  if (!form) return;
  const isClosed = root.querySelector("[data-ew-fragment] [data-ew-closed]") !== null;
  const told = form.previousElementSibling.matches(".ew-msg[data-ew-told]") ? form.previousElementSibling : null;
  form.hidden = isClosed;
  if (!isClosed && told) told.remove();
  if (isClosed && !told) {
    const sentence = words(form, "closed");
    sentence.dataset.ewTold = "";
    form.before(sentence);
  }
}

async function send(root, form, button) {
  const { receipt, again, refusal, url, now } = await post(form, button);
  if (receipt) await accept(root, form, receipt, url);
  else if (again) comeBack(form, again, now);
  else {
    spendCaptcha(form);
    if (refusal) tell(form, refusal);
  }
}

/** The form as the server answered it: with errors, with another picture, or with the captcha that was missing. */
function comeBack(form, again, now) {
  const typed = TYPED.map((name) => textOf(form, name));
  const fresh = replace(form, again);
  TYPED.forEach((name, index) => {
    const field = fresh.elements.namedItem(name);
    if (field && typed[index]) field.value = typed[index]; // also what came while the answer was on its way
  });
  if (isReply(form)) inherit(form, fresh);
  attendForm(fresh, now);
  focusOn(firstToMend(fresh));
}

/** The summary of what is wrong; the code itself where only that is wrong or missing; the button where none is asked. */
function firstToMend(form) {
  const summary = form.querySelector("[data-ew-summary]");
  const code = form.elements.namedItem("code");
  const isCodeAlone = code && !form.querySelector('[aria-invalid="true"]:not([name="code"])');
  const next = code || form.querySelector(".ew-btn--primary");
  return summary && !(isCodeAlone && code.matches('[aria-invalid="true"]')) ? summary : next;
}

async function accept(root, form, receipt, url) {
  const mayMove = mayMoveFocus(form);
  rememberWriting();
  dropDraft(form);
  if (isReply(form)) form.remove(); // a fragment with a form in it is left alone
  else clear(form);
  await refreshAll(root);
  await fillMine(root, { again: true });

  const place = tell(isReply(form) ? root.querySelector(FORMS) : form, receipt.querySelector(".ew-msg"));
  const comment = document.getElementById(`c-${url.split("/").pop()}`); // a receipt's address ends in the comment's id
  if (mayMove) focusOn(comment ? comment.querySelector(".ew-author") : place);
}

/** Name and address stay for the next comment; the text, its errors and the spent captcha go. */
function clear(form) {
  form.elements.namedItem("body").value = "";
  form.querySelectorAll("[data-ew-summary], .ew-error").forEach((element) => element.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  dropCaptcha(form);
  attendCounter(form);
}

/** "Xóa dấu vết trên máy này": what is kept here, what stands on the screen, and the cookie the server knows us by. */
async function forget(form, address) {
  forgetAll();
  emptyMine();
  TYPED.filter((name) => textOf(form, name)).forEach((name) => { form.elements.namedItem(name).value = ""; });
  clear(form);
  try {
    const { html } = await ask(address, new URLSearchParams());
    tell(form, html.querySelector("[data-ew-receipt] .ew-msg, [data-ew-reply]"));
  } catch (error) {
    tell(form, words(form, error instanceof Unreachable ? error.reason : "unanswered"));
  }
}

function textOf(form, name) {
  const field = form.elements.namedItem(name);
  return field ? field.value : "";
}
