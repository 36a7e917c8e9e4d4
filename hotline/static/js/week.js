/* The week: arrow keys go from appointment to appointment, and dragging one to another time posts
   the same form that its own page has. Without this file the page still shows and opens everything. */

import { say } from "./words.js";

const table = document.querySelector("[data-week]");
const form = document.querySelector("[data-move-form]");
const voice = document.querySelector("[data-week-say]");
const QUARTER = 15;
let dragged = null;

function slots() {
  return [...table.querySelectorAll("a[data-slot]")];
}

function place(slot) {
  const box = slot.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top };
}

/** The nearest appointment in the direction of an arrow key, if there is one. */
function neighbour(from, key) {
  const here = place(from);
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  let best = null;
  let nearest = Infinity;
  for (const slot of slots()) {
    if (slot === from) continue;
    const there = place(slot);
    const along = (sideways ? there.x - here.x : there.y - here.y) * sign;
    const across = Math.abs(sideways ? there.y - here.y : there.x - here.x);
    if (along <= 1 || (!sideways && across > 1)) continue;
    const distance = along + across * 2;
    if (distance < nearest) {
      nearest = distance;
      best = slot;
    }
  }
  return best;
}

function onKey(event) {
  if (!event.key.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey) return;
  const slot = event.target.closest("a[data-slot]");
  if (!slot) return;
  const next = neighbour(slot, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** The time under the pointer: the cell's own, plus quarter hours down a long cell. */
function timeAt(cell, event) {
  const box = cell.getBoundingClientRect();
  const rows = Number(cell.dataset.rows);
  const share = Math.min(0.999, Math.max(0, (event.clientY - box.top) / box.height));
  const quarters = rows > 1 ? Math.floor((share * rows * 30) / QUARTER) : 0;
  const [day, clock] = cell.dataset.at.split("T");
  const [hours, minutes] = clock.split(":").map(Number);
  const total = hours * 60 + minutes + quarters * QUARTER;
  const two = (number) => String(number).padStart(2, "0");
  return `${day}T${two(Math.floor(total / 60))}:${two(total % 60)}`;
}

function unmark() {
  for (const cell of table.querySelectorAll(".is-target")) cell.classList.remove("is-target");
}

function onDragStart(event) {
  const slot = event.target.closest("a[data-move]");
  if (!slot) return;
  dragged = slot;
  slot.classList.add("is-dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
}

function onDragOver(event) {
  const cell = event.target.closest("td[data-at]");
  if (!dragged || !cell) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  if (!cell.classList.contains("is-target")) {
    unmark();
    cell.classList.add("is-target");
    voice.textContent = timeAt(cell, event).split("T")[1];
  }
}

function onDrop(event) {
  const cell = event.target.closest("td[data-at]");
  if (!dragged || !cell) return;
  event.preventDefault();
  form.action = dragged.dataset.move;
  form.elements.starts_at.value = timeAt(cell, event);
  form.elements.version.value = dragged.dataset.version;
  voice.textContent = say("saving");
  form.submit();
}

function onDragEnd() {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  unmark();
}

if (table && form) {
  table.addEventListener("keydown", onKey);
  table.addEventListener("dragstart", onDragStart);
  table.addEventListener("dragover", onDragOver);
  table.addEventListener("drop", onDrop);
  table.addEventListener("dragend", onDragEnd);
}
