/* Cover the screen after minutes without a hand on it:
     <body data-idle-after="600" data-idle-lock="/lock" data-idle-unlock="/verify" data-csrf="…">
   Never while a call is going on: an element with data-on-call anywhere on the page holds it off.
   Covering throws nothing away: forms below keep what was typed, drafts are saved first. The server
   is asked first (POST data-idle-lock: 409 while a call goes on or another tab is in use, 204 when it
   has locked); the proof of identity is given in another tab, and this page opens again when the
   server says so (GET data-idle-lock answers 204 once unlocked). */

import { say } from "./words.js";

const PING = 60_000;
const RETRY = 30_000;
const SIGNS_OF_LIFE = ["pointerdown", "keydown", "wheel", "touchstart"];

class IdleLock {
  constructor(body) {
    this.after = Number(body.dataset.idleAfter) * 1000;
    this.address = body.dataset.idleLock;
    this.unlock = body.dataset.idleUnlock;
    this.token = body.dataset.csrf;
    this.last = Date.now();
    this.told = Date.now();
    this.cover = null;
    for (const sign of SIGNS_OF_LIFE) {
      document.addEventListener(sign, () => { this.last = Date.now(); }, { passive: true, capture: true });
    }
    setInterval(() => this.look(), 5000);
    window.addEventListener("focus", () => this.tryOpen());
  }

  look() {
    if (document.querySelector("[data-on-call]")) this.last = Date.now();
    if (this.cover || this.asking) return;
    if (Date.now() - this.last >= this.after) this.ask();
    else if (this.last > this.told && Date.now() - this.told >= PING) this.stayOpen();
  }

  send(body) {
    return fetch(this.address, {
      method: "POST",
      headers: { "X-CSRFToken": this.token },
      body: new URLSearchParams(body),
      redirect: "manual",
    }).catch(() => null);
  }

  /* Somebody types here without sending anything: the server must not take that for absence. */
  stayOpen() {
    this.told = Date.now();
    this.send({ alive: "1" });
  }

  /* Another tab may be in use, or a call may be going on: the server knows. */
  async ask() {
    this.asking = true;
    const answer = await this.send({});
    this.asking = false;
    if (answer && answer.status === 409) this.last = Date.now() - this.after + RETRY;
    else this.lock();
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
