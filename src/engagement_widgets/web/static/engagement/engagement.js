/**
 * The entry: finds the widgets of a page and starts each when it comes near. A part that fails to load or to start
 * leaves its forms to the browser, and the other widgets alone.
 *
 * What markup and scripts agree on (releases mix in caches, so names only ever get added):
 *
 *   data-ew-widget="rating|comments|captcha"  a widget's root; data-ew-page its page id, data-ew-me the address of /me
 *   data-ew-started                    set by this script where a part has taken over: until then forms post by themselves
 *   data-ew-signed-in                  readers sign in at this site: ask /me of everybody
 *   data-ew-fragment="address"         public markup that may be asked for again
 *   data-ew-mine="rating|comments|likes"     place for this reader's own, filled from the same name in /me
 *   data-ew-form="rating|rating-note|comment|comment-edit|comment-withdraw|like|report"  a form we send; data-ew-outcome, inside it or in the widget, tells how it went
 *   data-ew-comment="id"               on the form of a like and in the list of a reader's own: which comment
 *   data-ew-receipt, data-ew-reply     in answers: what was done, or the sentence of a refusal
 *   data-ew-closed                     in a fragment: the desk has closed the page, so no form stands beside it
 *   data-ew-own, data-ew-tools-of      what an author can do to a comment; the id of the public comment it belongs into
 *   data-ew-open                       a form opened by this script, in which somebody writes
 *   data-ew-summary                    the errors of a form that came back; takes focus
 *   data-ew-do="…"                     what a button or link does here instead of its plain action
 *   data-ew-text="…"                   <template> with words only a script can need
 */

import { fillMine, refreshAll } from "./fragments.js";
import { tellAges } from "./time.js";

const PARTS = {
  rating: () => import("./ratings/rating.js"),
  comments: () => import("./comments/comments.js"),
  captcha: () => import("./captcha/captcha.js"),
};
const NEAR = "600px";

async function start(root) {
  const load = PARTS[root.dataset.ewWidget];
  if (!load) return;
  const part = await load();
  part.start(root);
  root.dataset.ewStarted = "";
  tellAges(root);
}

/** Only what is looked at is asked for again. */
async function freshen(root) {
  await refreshAll(root);
  await fillMine(root);
  root.dispatchEvent(new CustomEvent("ew:fresh"));
}

/** A permalink asks for its comment wherever the reader stands. */
const isAwaited = (root) => root.dataset.ewWidget === "comments" && location.hash.startsWith("#c-");

/** Calls `act` once when the element comes within `margin` of the window. */
function whenNear(element, margin, act) {
  if (!("IntersectionObserver" in window)) {
    act();
    return;
  }
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    act();
  }, { rootMargin: margin });
  observer.observe(element);
}

/** Without its script a widget is what it was: a form that posts. */
const alone = () => {};

for (const root of document.querySelectorAll("[data-ew-widget]")) {
  const near = (margin) => new Promise((resolve) => (isAwaited(root) ? resolve() : whenNear(root, margin, resolve)));
  const started = near(NEAR).then(() => start(root));
  Promise.all([started, near("0px")]).then(() => freshen(root)).catch(alone);
}
