/* Make an element's content equal to fresh HTML while touching only what differs, so that focus,
   selection, typed values and opened details stay as the person left them. */

const CONTROLS = new Set(["INPUT", "TEXTAREA", "SELECT"]);

function keyOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  return node.id || node.getAttribute("data-row") || null;
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

function patchAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    const kept = name === "open" && old.nodeName === "DETAILS";
    if (!fresh.hasAttribute(name) && !kept) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function patch(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  // A form that saves itself is the person's own; nothing from outside writes into it.
  if (old.hasAttribute("data-autosave") || old.hasAttribute("data-keep")) return;
  if (CONTROLS.has(old.nodeName)) return;
  patchAttributes(old, fresh);
  patchChildren(old, fresh);
}

function patchChildren(old, fresh) {
  const known = new Map();
  for (const child of old.children) {
    const key = keyOf(child);
    if (key) known.set(key, child);
  }
  let cursor = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const key = keyOf(node);
    let match = null;
    if (key) match = known.get(key) ?? null;
    else if (cursor && !keyOf(cursor) && alike(cursor, node)) match = cursor;
    if (match && !alike(match, node)) match = null;
    if (!match) {
      old.insertBefore(document.importNode(node, true), cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else old.insertBefore(match, cursor);
    patch(match, node);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

/** Give `region` the content `html`. Focus stays; where its element is gone it goes to the region. */
export function morph(region, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const active = document.activeElement;
  const held = region.contains(active) && active !== region;
  patchChildren(region, template.content);
  if (!held || document.activeElement === active) return;
  if (active.isConnected) {
    active.focus({ preventScroll: true });
  } else {
    region.setAttribute("tabindex", "-1");
    region.focus({ preventScroll: true });
  }
}
