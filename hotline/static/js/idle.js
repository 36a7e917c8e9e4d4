/* Cover the screen after minutes without a hand on it:
     <body data-idle-after="600" data-idle-lock="/lock" data-idle-unlock="/verify" data-csrf="…">
   Never while a call is going on: an element with data-on-call anywhere on the page holds it off.
   Covering throws nothing away: forms below keep what was typed, drafts are saved first. The server
   is told to ask for a proof of identity; the proof is given in another tab, and this page opens
   again when the server says so (GET data-idle-lock answers 204 once unlocked). */

import { say } from "./words.js";

const SIGNS_OF_LIFE = ["pointerdown", "keydown", "wheel", "touchstart"];

class IdleLock {
  constructor(body) {
    this.after = Number(body.dataset.idleAfter) * 1000;
    this.address = body.dataset.idleLock;
    this.unlock = body.dataset.idleUnlock;
    this.token = body.dataset.csrf;
    this.last = Date.now();
    this.cover = null;
    for (const sign of SIGNS_OF_LIFE) {
      document.addEventListener(sign, () => { this.last = Date.now(); }, { passive: true, capture: true });
    }
    setInterval(() => this.look(), 5000);
    window.addEventListener("focus", () => this.tryOpen());
  }

  look() {
    if (document.querySelector("[data-on-call]")) this.last = Date.now();
    if (!this.cover && Date.now() - this.last >= this.after) this.lock();
  }

  lock() {
    const cover = document.createElement("dialog");
    cover.className = "sheet lock";
    cover.setAttribute("aria-labelledby", "lock-title");
    const heading = document.createElement("h2");
    heading.id = "lock-title";
    heading.textContent = say("locked_title");
    const text = document.createElement("p");
    text.textContent = say("locked_text");
    const link = document.createElement("a");
    link.className = "button button-primary";
    link.href = this.unlock;
    link.target = "_blank";
    link.rel = "opener";
    link.textContent = say("unlock");
    cover.append(heading, text, link);
    cover.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(cover);
    cover.showModal();
    this.cover = cover;
    fetch(this.address, { method: "POST", headers: { "X-CSRFToken": this.token } }).catch(() => {});
  }

  async tryOpen() {
    if (!this.cover) return;
    const answer = await fetch(this.address, { cache: "no-store", redirect: "manual" }).catch(() => null);
    if (!answer || answer.status !== 204) return;
    this.cover.close();
    this.cover.remove();
    this.cover = null;
    this.last = Date.now();
  }
}

/** Watch for an untended screen, where the page asks for it. */
export function startIdleLock() {
  const { body } = document;
  if (Number(body.dataset.idleAfter) > 0 && body.dataset.idleLock) new IdleLock(body);
}
