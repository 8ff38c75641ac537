/**
 * The widget of another service in a form. The service's script is loaded once a page, when a form first shows a
 * captcha; it draws into the element `data-ew-remote`, and its own field brings the token.
 *
 * The script is an element made here, so the page's policy has to let its origin in, and must not ask for Trusted Types.
 * Where it does not come, or reports an error, the form says so and shows how to try again or to send without a code.
 */

const PATIENCE = 20_000; // milliseconds until a script that does not come counts as missing
const NARROW = 304; // CSS pixels of the widest of the services' usual widgets

const scripts = new Map(); // address → its loading
const widgets = new Map(); // element → `{reset, remove}` of the widget in it, null until it is drawn

/** Draws the widget of a form, once for each challenge. */
export async function draw(form) {
  const element = form.querySelector("[data-ew-remote]");
  tidy();
  if (!element || widgets.has(element)) return;
  widgets.set(element, null);
  try {
    widgets.set(element, await render(element));
  } catch {
    tellFailure(element, true);
  }
}

/** The token may be spent and the form is still there: the widget gives another. */
export function reset(form) {
  const widget = widgets.get(form.querySelector("[data-ew-remote]"));
  if (widget) widget.reset();
}

async function render(element) {
  const { ewRemote: name, ewScript: script, ewOptions } = element.dataset;
  const options = JSON.parse(ewOptions);
  if (name.includes("-")) return embed(element, name, script, options);
  if (!window[name]) await load(script);
  const api = window[name];
  if (typeof api.render !== "function") await new Promise((resolve) => { api.ready(resolve); });
  const widget = api.render(element, {
    ...options,
    theme: isDark(element) ? "dark" : "light",
    size: element.clientWidth < NARROW ? "compact" : "normal",
    callback: () => tellFailure(element, false),
    "expired-callback": () => api.reset(widget),
    "error-callback": () => {
      tellFailure(element, true);
      return true; // or Turnstile complains that nobody cared
    },
  });
  return { reset: () => api.reset(widget), remove: () => api.remove && api.remove(widget) };
}

/** Cap's widget is a custom element; it sees to its end and to renewals itself. */
async function embed(element, name, script, attributes) {
  // else it takes its WebAssembly from a public CDN
  window.CAP_CUSTOM_WASM_URL = window.CAP_CUSTOM_WASM_URL || new URL("cap_wasm_bg.wasm", script).href;
  if (!customElements.get(name)) await load(script);
  const widget = document.createElement(name);
  Object.entries(attributes).forEach(([attribute, value]) => widget.setAttribute(attribute, value));
  widget.addEventListener("solve", () => tellFailure(element, false));
  widget.addEventListener("error", () => tellFailure(element, true));
  element.append(widget);
  return { reset: () => widget.reset(), remove: () => widget.remove() };
}

function load(address) {
  if (!scripts.has(address)) {
    const loading = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
      setTimeout(reject, PATIENCE);
    });
    scripts.set(address, loading);
    loading.catch(() => scripts.delete(address)); // to be tried again
  }
  return scripts.get(address);
}

/** Widgets whose form was replaced are given up, or the service keeps looking for them. */
function tidy() {
  widgets.forEach((widget, element) => {
    if (element.isConnected) return;
    widgets.delete(element);
    if (widget) widget.remove();
  });
}

function tellFailure(element, hasFailed) {
  element.closest("[data-ew-captcha]").querySelector("[data-ew-unloaded]").hidden = !hasFailed;
}

function isDark(element) {
  const { ewScheme } = element.closest("[data-ew-scheme]").dataset;
  return ewScheme === "dark" || (ewScheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
}
