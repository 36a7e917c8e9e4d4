/* Fetch a part of the page again and again:
     <div data-poll="/desk/ringing" data-every="5"> … </div>
   The address answers the element's new content with an ETag, or 204/304 when nothing changed.
   Rows that come and go carry an id or data-row, so that they are told apart.
   A hidden page does not ask; a lost connection is said quietly and asked again, ever more slowly,
   yet never much more slowly than before: what must be seen at once may have come meanwhile. An
   answer that does not come is a lost connection too.
   Content with data-title-flag="text" puts that text before the page's title (a ringing call). */

import { morph } from "./morph.js";
import { say } from "./words.js";

const SLOWEST = 60;
const SLOWER = 10;
const PATIENCE = 15;
const failing = new Set();
const title = document.title;
let sign = null;

function showConnection() {
  if (failing.size && !sign) {
    sign = document.createElement("p");
    sign.className = "connection";
    sign.setAttribute("role", "status");
    document.body.append(sign);
    sign.textContent = say("connection_lost");
  } else if (!failing.size && sign) {
    sign.remove();
    sign = null;
  }
}

function flagTitle() {
  const flag = document.querySelector("[data-title-flag]");
  document.title = flag ? `${flag.dataset.titleFlag} · ${title}` : title;
}

class Region {
  constructor(element) {
    this.element = element;
    this.every = Math.max(1, Number(element.dataset.every) || 10);
    this.wait = this.every;
    this.etag = element.dataset.etag || null;
    this.timer = null;
    this.asking = false;
    this.plan();
  }

  plan() {
    clearTimeout(this.timer);
    if (document.hidden || !this.element.isConnected) return;
    this.timer = setTimeout(() => this.ask(), this.wait * 1000);
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      await this.fetchInTime();
      failing.delete(this);
      this.wait = this.every;
    } catch {
      failing.add(this);
      this.wait = Math.min(SLOWEST, this.every * SLOWER, this.wait * 2);
    } finally {
      this.asking = false;
    }
    showConnection();
    this.plan();
  }

  async fetchInTime() {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), PATIENCE * 1000);
    try {
      await this.fetch(giveUp.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async fetch(signal) {
    const headers = { "X-Fragment": "1", Accept: "text/html" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const answer = await fetch(this.element.dataset.poll, {
      headers,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal,
    });
    if (answer.status === 204 || answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    this.etag = answer.headers.get("ETag");
    morph(this.element, html);
    flagTitle();
  }
}

/** Start every polled part of the page. */
export function startPolling() {
  const regions = [...document.querySelectorAll("[data-poll]")].map((part) => new Region(part));
  flagTitle();
  document.addEventListener("visibilitychange", () => {
    for (const region of regions) {
      if (document.hidden) clearTimeout(region.timer);
      else region.ask();
    }
  });
}
