/* Keep what is being written:
     <form method="post" data-autosave="/calls/…/draft" data-every="4"> … save_state() … </form>
   The whole form is sent (POST, form-encoded, header X-Autosave: 1) a few seconds after a change,
   when a field is left and when the page goes away. The server answers JSON
     {"version": 7, "saved_at": "14:02"}
   and the hidden field `version` follows; the form gets an event "autosaved" whose detail is the
   whole answer; 409 {"message": …} means that somebody else changed the
   record: saving stops, and nothing here is thrown away. While the session is gone (401, 403, a
   redirect to sign in) the words stay on the page; after signing in elsewhere saving goes on.
   Nothing is ever put into the browser's storage. */

import { say } from "./words.js";

const KEEPALIVE_LIMIT = 60_000;
const SLOWEST = 30;

class Draft {
  constructor(form) {
    this.form = form;
    this.every = Math.max(1, Number(form.dataset.every) || 4);
    this.wait = this.every;
    this.line = form.querySelector("[data-save-state]") || document.querySelector("[data-save-state]");
    this.dirty = false;
    this.saving = false;
    this.stopped = false;
    this.timer = null;
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", () => this.leave());
    window.addEventListener("pagehide", () => this.lastWords());
    window.addEventListener("focus", () => this.resume());
    window.addEventListener("online", () => this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty && !this.left) event.preventDefault();
    });
  }

  tell(state, text) {
    if (!this.line || (this.line.dataset.state === state && this.line.textContent === text)) return;
    this.line.dataset.state = state;
    this.line.textContent = text;
  }

  changed() {
    this.dirty = true;
    this.left = false;
    this.plan();
  }

  /* The form itself is on its way: the draft must not overtake it. */
  leave() {
    this.left = true;
    clearTimeout(this.timer);
  }

  plan() {
    if (this.timer || this.stopped || this.left) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.save();
    }, this.wait * 1000);
  }

  body() {
    return new URLSearchParams(new FormData(this.form));
  }

  send(keepalive) {
    return fetch(this.form.dataset.autosave, {
      method: "POST",
      body: this.body(),
      headers: { "X-Autosave": "1", Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
      keepalive,
    });
  }

  lastWords() {
    if (!this.dirty || this.stopped || this.left) return;
    if (this.body().toString().length < KEEPALIVE_LIMIT) this.send(true).catch(() => {});
  }

  async save() {
    if (!this.dirty || this.saving || this.stopped || this.left) return;
    this.saving = true;
    this.dirty = false;
    this.tell("saving", say("saving"));
    try {
      await this.answered(await this.send(false));
    } catch {
      this.failed();
    } finally {
      this.saving = false;
    }
    if (this.dirty) this.plan();
  }

  async answered(answer) {
    if (answer.ok) {
      const saved = answer.status === 204 ? {} : await answer.json();
      const version = this.form.elements.namedItem("version");
      if (version && saved.version !== undefined) version.value = saved.version;
      this.wait = this.every;
      this.refused = false;
      this.tell("saved", say("saved", { time: saved.saved_at || "" }));
      this.form.dispatchEvent(new CustomEvent("autosaved", { detail: saved }));
    } else if (answer.status === 409) {
      const told = await answer.json().catch(() => ({}));
      this.dirty = true;
      this.stopped = true;
      this.tell("conflict", told.message || say("conflict"));
    } else if (answer.type === "opaqueredirect" || [400, 401, 403].includes(answer.status)) {
      this.dirty = true;
      this.refused = true;
      this.wait = SLOWEST;
      this.offerSignIn();
    } else {
      this.failed();
    }
  }

  failed() {
    this.dirty = true;
    this.wait = Math.min(SLOWEST, this.wait * 2);
    this.tell("failed", say("not_saved"));
    this.plan();
  }

  offerSignIn() {
    this.tell("refused", `${say("signed_out")} `);
    if (!this.line) return;
    const link = document.createElement("a");
    link.href = document.body.dataset.signIn || "/login";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = say("sign_in_again");
    this.line.append(link);
  }

  /* Back from signing in: the old form token is dead, so take the one this page has now. */
  async resume() {
    if (!this.refused || this.saving) return;
    const answer = await fetch(location.href, { cache: "no-store", redirect: "manual" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-autosave] [name=csrf_token]");
    if (!fresh) return;
    for (const token of document.querySelectorAll("[name=csrf_token]")) token.value = fresh.value;
    this.refused = false;
    this.save();
  }
}

/** Keep every form that asks for it. */
export function startAutosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) new Draft(form);
}
