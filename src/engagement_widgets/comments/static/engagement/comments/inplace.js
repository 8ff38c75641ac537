/** Links done here instead of on a page of their own: more comments, another order, a reply's form. */

import { isElsewhere, Unreachable, words } from "../dom.js";

const complaints = new WeakMap(); // link → where it was told that nothing came

/** Does `act` here. Without a connection it says so; where it cannot be done here at all, the page is the way out. */
export async function inPlace(link, event, act) {
  if (isElsewhere(event)) return;
  event.preventDefault();
  if (link.getAttribute("aria-busy") === "true") return;
  link.setAttribute("aria-busy", "true");
  try {
    await act();
    complain(link, null);
  } catch (error) {
    if (error instanceof Unreachable) complain(link, words(link, "unloaded"));
    else location.href = link.href;
  } finally {
    link.removeAttribute("aria-busy");
  }
}

/** Tells beside a link, or the form of a button, what did not work; null takes it back. */
export function complain(link, message) {
  if (!message && !complaints.has(link)) return;
  const place = complaints.get(link) || placeBeside(link);
  complaints.set(link, place);
  place.textContent = "";
  if (message) place.append(document.adoptNode(message));
}

function placeBeside(link) {
  const place = document.createElement("div");
  const part = link.closest("article, .ew-more, .ew-listhead, li");
  place.setAttribute("role", "status");
  if (part.matches("li")) part.append(place);
  else part.after(place);
  return place;
}
