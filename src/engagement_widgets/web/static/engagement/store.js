/** What we keep on this machine. Storage may be missing, full or forbidden; then nothing is kept and nothing breaks. */

const PREFIX = "ew-";

/** The value kept under this name, or null. */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** Keeps a value, or drops it where the value is null. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // a full or forbidden storage costs the draft and nothing else
  }
}

/** Drops everything of ours. */
export function forgetAll() {
  for (const name of names()) keep(name, null);
}

/** Every name kept by us. */
export function names() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length));
  } catch {
    return [];
  }
}
