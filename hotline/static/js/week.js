/* The week: arrow keys go from appointment to appointment. Dragging one to another time, or lifting
   it with M, carrying it with the arrow keys and setting it down with Enter, posts the same form that
   its own page has. Without this file the page still shows and opens everything. */

import { say } from "./words.js";

const table = document.querySelector("[data-week]");
const form = document.querySelector("[data-move-form]");
const voice = document.querySelector("[data-week-say]");
const QUARTER = 15;
let dragged = null;
let lifted = null;

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

const two = (number) => String(number).padStart(2, "0");
const written = (minutes) => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;

function parted(local) {
  const [day, clock] = local.split("T");
  const [hours, minutes] = clock.split(":").map(Number);
  return { day, minutes: hours * 60 + minutes };
}

function cells() {
  return [...table.querySelectorAll("td[data-at]")];
}

/** The days of the table in their order, and the first and last minute it shows. */
function bounds() {
  const all = cells().map((cell) => ({ ...parted(cell.dataset.at), rows: Number(cell.dataset.rows) }));
  return {
    days: [...new Set(all.map((one) => one.day))].sort(),
    first: Math.min(...all.map((one) => one.minutes)),
    last: Math.max(...all.map((one) => one.minutes + one.rows * 30)) - QUARTER,
  };
}

function cellAt(day, minutes) {
  return cells().find((cell) => {
    const at = parted(cell.dataset.at);
    return at.day === day && at.minutes <= minutes && minutes < at.minutes + Number(cell.dataset.rows) * 30;
  });
}

function lift(slot) {
  const at = parted(slot.dataset.starts);
  lifted = { slot, ...at, limits: bounds() };
  slot.classList.add("is-dragged");
  voice.textContent = table.dataset.lifted;
}

function setDown(said) {
  lifted?.slot.classList.remove("is-dragged");
  lifted = null;
  unmark();
  voice.textContent = said;
}

/** Carry what was lifted a quarter of an hour up or down, or a day to the side. */
function carry(key) {
  const { days, first, last } = lifted.limits;
  const step = { ArrowUp: -QUARTER, ArrowDown: QUARTER }[key] || 0;
  lifted.minutes = Math.min(last, Math.max(first, lifted.minutes + step));
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key] || 0;
  const index = Math.min(days.length - 1, Math.max(0, days.indexOf(lifted.day) + sideways));
  lifted.day = days[index];
  const cell = cellAt(lifted.day, lifted.minutes);
  unmark();
  if (cell) mark(cell, written(lifted.minutes));
  const heading = table.querySelectorAll("thead th")[index];
  voice.textContent = `${heading ? heading.textContent.trim() : lifted.day} ${written(lifted.minutes)}`;
}

function mark(cell, clock) {
  cell.classList.add("is-target");
  cell.dataset.clock = clock;
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function whileLifted(event) {
  if (event.key.startsWith("Arrow")) carry(event.key);
  else if (event.key === "Enter") send(lifted.slot, `${lifted.day}T${written(lifted.minutes)}`);
  else if (event.key === "Escape") setDown(table.dataset.left);
  else if (event.key === "Tab") return setDown(table.dataset.left);
  event.preventDefault();
  event.stopPropagation();
}

/** Post the move, as the appointment's own page would. */
function send(slot, startsAt) {
  form.action = slot.dataset.move;
  form.elements.starts_at.value = startsAt;
  form.elements.version.value = slot.dataset.version;
  voice.textContent = say("saving");
  form.submit();
}

function onKey(event) {
  if (lifted) {
    whileLifted(event);
    return;
  }
  const focused = event.target.closest("a[data-move]");
  if (focused && event.key.toLowerCase() === "m" && !event.altKey && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    event.stopPropagation();
    lift(focused);
    return;
  }
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
  const { day, minutes } = parted(cell.dataset.at);
  return `${day}T${written(minutes + quarters * QUARTER)}`;
}

function unmark() {
  for (const cell of table.querySelectorAll(".is-target")) {
    cell.classList.remove("is-target");
    delete cell.dataset.clock;
  }
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
  const clock = timeAt(cell, event).split("T")[1];
  if (cell.dataset.clock !== clock) {
    unmark();
    cell.classList.add("is-target");
    cell.dataset.clock = clock;
    voice.textContent = clock;
  }
}

function onDrop(event) {
  const cell = event.target.closest("td[data-at]");
  if (!dragged || !cell) return;
  event.preventDefault();
  send(dragged, timeAt(cell, event));
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
  table.addEventListener("focusout", () => {
    if (lifted) setDown(table.dataset.left);
  });
}
