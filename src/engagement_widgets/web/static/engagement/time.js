/** Relative time as an extra: pointing at a time tells how long ago it was. What the server printed stays. */

import { languageOf, on } from "./dom.js";

const STEPS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

export function tellAges(root) {
  if (!("RelativeTimeFormat" in Intl)) return;
  on(root, "mouseover", "time[datetime]", (time) => {
    const age = ago(Date.parse(time.dateTime), languageOf(time));
    if (age) time.title = age;
  });
}

function ago(moment, language) {
  const seconds = (moment - Date.now()) / 1000;
  const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
  if (!step) return ""; // under a minute, and for text that is no time at all
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  return format.format(Math.round(seconds / step[1]), step[0]);
}
