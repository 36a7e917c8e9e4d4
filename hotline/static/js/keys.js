/* Keyboard shortcuts: data-key on a link, button or field.
     data-key="n"      one sign, not while somebody types
     data-key="g q"    two signs, one after the other
     data-key="F8", "alt+h"   also while typing
   A link or button is pressed, a choice is taken, a text field gets the focus. "?" lists what the
   page offers (data-key-label or the element's own words) and turns single keys off and on, for
   people whose voice or hand strikes keys unasked. The choice is a cookie, no words in it. */

import { say } from "./words.js";

const COOKIE = "single_keys=off";
let pending = "";
let pendingTimer = null;

const off = () => document.cookie.split("; ").includes(COOKIE);

function typing(target) {
  if (target.isContentEditable || target.nodeName === "TEXTAREA" || target.nodeName === "SELECT") return true;
  return target.nodeName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

function visible(element) {
  return element.getClientRects().length > 0 && !element.disabled;
}

function nameOf(event) {
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.altKey ? `alt+${name}` : name;
}

function find(key) {
  return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && visible(one));
}

function starts(prefix) {
  return [...document.querySelectorAll("[data-key]")].some((one) => one.dataset.key.startsWith(`${prefix} `));
}

function press(element) {
  if (element.nodeName === "TEXTAREA" || element.nodeName === "SELECT" || (element.nodeName === "INPUT" && typing(element))) {
    element.focus();
    return;
  }
  element.focus();
  element.click();
}

function labelOf(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const source = element.labels?.length ? element.labels[0] : element;
  const copy = source.cloneNode(true);
  for (const sign of copy.querySelectorAll("kbd, .choice-hint")) sign.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function buildHelp() {
  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const heading = document.createElement("h2");
  heading.id = "keys-title";
  heading.textContent = say("keys_title");
  const list = document.createElement("dl");
  list.className = "key-list";
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!visible(element) || seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    const term = document.createElement("dt");
    for (const part of element.dataset.key.split(" ")) {
      const sign = document.createElement("kbd");
      sign.textContent = part.toUpperCase();
      term.append(sign, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = labelOf(element);
    list.append(term, meaning);
  }
  const label = document.createElement("label");
  label.className = "choice";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !off();
  box.addEventListener("change", () => {
    const life = box.checked ? 0 : 31_536_000;
    document.cookie = `${COOKIE}; path=/; max-age=${life}; samesite=lax`;
  });
  const words = document.createElement("span");
  words.textContent = say("keys_single");
  label.append(box, words);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-wide";
  close.textContent = say("close");
  close.addEventListener("click", () => dialog.close());
  const parts = document.createElement("div");
  parts.className = "stack";
  parts.append(heading, list, label, close);
  dialog.append(parts);
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

function showHelp() {
  const dialog = buildHelp();
  document.body.append(dialog);
  dialog.showModal();
}

function handle(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const key = nameOf(event);
  const everywhere = event.altKey || /^F\d+$/.test(event.key);
  if (!everywhere && (typing(event.target) || off())) {
    if (!(key === "?" && !typing(event.target))) return;
  }
  if (key === "?") {
    event.preventDefault();
    showHelp();
    return;
  }
  const whole = pending ? `${pending} ${key}` : key;
  clearTimeout(pendingTimer);
  pending = "";
  const element = find(whole);
  if (element) {
    event.preventDefault();
    press(element);
  } else if (starts(whole)) {
    pending = whole;
    pendingTimer = setTimeout(() => { pending = ""; }, 1500);
  }
}

/** Listen for shortcuts; show the buttons that explain them. */
export function startKeys() {
  document.addEventListener("keydown", handle);
  for (const button of document.querySelectorAll("[data-show-keys]")) {
    button.hidden = false;
    button.addEventListener("click", showHelp);
  }
}
