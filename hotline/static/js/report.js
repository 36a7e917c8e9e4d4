/* The contact report, by hand and by key:
     data-ask="plan" data-opened-by="thoughts intent"
       a risk question that folds away until one of those is answered yes or unclear; it never folds
       away with an answer in it. Y, N, U and X answer the question the focus is in and go on.
     data-unfold        opens every question of its group
     data-find-in="id"  a box that leaves only the choices that match what is typed
   Urgent signals come with each answer of autosave.js (event "autosaved") and go into #signals. */

const ANSWERS = { y: "yes", n: "no", u: "unclear", x: "not_asked" };

const MOST_SIGNALS = 3;

function answerOf(ask) {
  return ask.querySelector("input:checked")?.value ?? "";
}

function find(name) {
  return document.querySelector(`[data-ask="${name}"]`);
}

function fold() {
  for (const ask of document.querySelectorAll("[data-opened-by]")) {
    const opened = ask.dataset.openedBy.split(" ").some((name) => {
      const other = find(name);
      return other && ["yes", "unclear"].includes(answerOf(other));
    });
    ask.hidden = !(opened || answerOf(ask) || ask.closest(".asks").dataset.open || ask.querySelector(".error"));
  }
  for (const group of document.querySelectorAll(".asks")) {
    const button = group.querySelector("[data-unfold]");
    button.hidden = !group.querySelector("[data-opened-by][hidden]");
  }
}

function goOn(ask) {
  const asks = [...document.querySelectorAll("[data-ask]")].filter((one) => !one.hidden);
  const next = asks[asks.indexOf(ask) + 1];
  next?.querySelector("input:checked, input")?.focus();
}

function answerByKey(event) {
  const ask = event.target.closest?.("[data-ask]");
  const value = ANSWERS[event.key.toLowerCase()];
  if (!ask || !value || event.ctrlKey || event.metaKey || event.altKey) return;
  const input = ask.querySelector(`input[value="${value}"]`);
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.click();
  goOn(ask);
}

function startFind(box) {
  const input = box.querySelector("input");
  const list = document.getElementById(box.dataset.findIn);
  box.hidden = false;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const choice of list.querySelectorAll(".choice")) {
      choice.hidden = Boolean(wanted) && !choice.textContent.toLowerCase().includes(wanted);
    }
    for (const group of list.querySelectorAll(".pick-group")) {
      group.hidden = !group.querySelector(".choice:not([hidden])");
    }
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const only = list.querySelectorAll(".choice:not([hidden]) input");
    if (input.value.trim() && only.length) {
      only[0].click();
      input.value = "";
      input.dispatchEvent(new Event("input"));
    }
  });
}

function showSignals(saved) {
  const region = document.getElementById("signals");
  const fresh = saved.signals || [];
  const told = JSON.stringify(fresh) + (saved.merged || "");
  if (!region || region.dataset.told === told) return;
  region.dataset.told = told;
  region.replaceChildren(
    ...fresh.slice(0, MOST_SIGNALS).map((signal) => {
      const line = document.createElement("p");
      line.className = `signal signal-${signal.code.toLowerCase()}`;
      const badge = document.querySelector(`template[data-badge="${signal.code}"]`);
      const text = document.createElement("span");
      text.textContent = signal.text;
      line.append(badge ? badge.content.cloneNode(true) : signal.word, " ", text);
      return line;
    }),
  );
  if (saved.merged) {
    const line = document.createElement("p");
    line.className = "signal";
    line.textContent = saved.merged;
    region.append(line);
  }
}

function showNext(name) {
  for (const ask of document.querySelectorAll("[data-ask]")) {
    ask.classList.toggle("is-next", ask.dataset.ask === name && !ask.hidden);
  }
}

const form = document.querySelector("form.report");
if (form) {
  fold();
  form.addEventListener("change", fold);
  form.addEventListener("keydown", answerByKey);
  // Enter in a field of one line saves nothing and leaves nothing: going on is Tab, ending is F9.
  form.addEventListener("keydown", (event) => {
    const lone = event.target.nodeName === "INPUT" && event.target.type !== "submit";
    if (event.key === "Enter" && lone) event.preventDefault();
  });
  form.addEventListener("autosaved", (event) => {
    showSignals(event.detail);
    showNext(event.detail.next);
  });
  for (const button of document.querySelectorAll("[data-unfold]")) {
    button.addEventListener("click", () => {
      const group = button.closest(".asks");
      group.dataset.open = "1";
      const first = group.querySelector("[data-opened-by][hidden]");
      fold();
      first?.querySelector("input")?.focus();
    });
  }
  for (const box of document.querySelectorAll("[data-find-in]")) startFind(box);
}
