/**
 * How much has been written: a figure for eyes at every change, a sentence for ears after a pause. Nothing is ever cut
 * off; too long is an error that the server explains.
 */

import { languageOf, words } from "../dom.js";

const PAUSE = 1000; // milliseconds without a change before ears are told

const attended = new WeakMap(); // field → its update

export function attend(form) {
  for (const field of form.querySelectorAll("[data-ew-count]")) {
    if (!attended.has(field)) attended.set(field, watch(field));
    attended.get(field)();
  }
}

function watch(field) {
  const limit = Number(field.dataset.ewCount);
  const figures = field.form.querySelector(`[data-ew-counted="${field.id}"]`);
  const number = new Intl.NumberFormat(languageOf(field));
  const spoken = document.createElement("p");
  spoken.className = "ew-vh";
  spoken.setAttribute("role", "status");
  figures.after(spoken);

  let pause = 0;
  const update = () => {
    const count = graphemes(field.value, languageOf(field));
    figures.textContent = `${number.format(count)} / ${number.format(limit)}`;
    figures.classList.toggle("is-over", count > limit);
    return count;
  };
  field.addEventListener("input", () => {
    const count = update();
    clearTimeout(pause);
    pause = setTimeout(() => speak(spoken, number.format(count), number.format(limit)), PAUSE);
  });
  return update;
}

function speak(place, count, limit) {
  const sentence = words(place, "counted");
  if (!sentence) return;
  sentence.querySelector('[data-ew-slot="count"]').textContent = count;
  sentence.querySelector('[data-ew-slot="limit"]').textContent = limit;
  place.textContent = sentence.textContent;
}

/** Counted as the server counts: what a reader takes for one letter, however it is spelled in bytes. */
function graphemes(text, language) {
  const canonical = text.normalize("NFC").trim();
  if (!("Segmenter" in Intl)) return Array.from(canonical).length;
  return Array.from(new Intl.Segmenter(language).segment(canonical)).length;
}
