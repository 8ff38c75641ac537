/** Menus are <details>; they open by themselves. Here they close: by Escape, by a click elsewhere, by another one. */

const OPEN = "details[data-ew-menu][open]";

/** A card in focus lays its rarer moves open; that is no open menu. */
function isLaidOpen(menu) {
  return menu.matches(".is-focus [data-ew-more]");
}

/** Closes every open menu but the one given. */
export function closeMenus(but = null) {
  for (const menu of document.querySelectorAll(OPEN)) {
    if (menu !== but && !isLaidOpen(menu)) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeMenus(event.target.closest(OPEN)));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(OPEN)) {
    if (isLaidOpen(menu)) continue;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches && event.target.matches(OPEN) && !isLaidOpen(event.target)) closeMenus(event.target);
}, true);
