/* Small manners of forms and menus:
   a form goes off once, however often its button is pressed; errors are written by the server in
   the page's language, so the browser's own bubbles are off; the error summary gets the focus;
   <select data-submit-on-change> sends its filter form; a menu closes on Escape and on a click
   elsewhere; data-show-when="name=value" shows a part of a form only with that answer. */

const submitted = new WeakSet();

function buttonsOf(form) {
  return form.querySelectorAll("[type=submit]");
}

function sendOnce(event) {
  const form = event.target;
  if (form.method !== "post") return;
  if (submitted.has(form)) {
    event.preventDefault();
    return;
  }
  submitted.add(form);
  // After the browser has read the form: a disabled button would not send its own value.
  setTimeout(() => {
    for (const button of buttonsOf(form)) button.setAttribute("aria-disabled", "true");
  });
}

function forgetSent() {
  for (const form of document.forms) {
    submitted.delete(form);
    for (const button of buttonsOf(form)) button.removeAttribute("aria-disabled");
  }
}

function answers(form, name) {
  const data = new FormData(form);
  return data.getAll(name).map(String);
}

function showWhen(part) {
  const form = part.closest("form");
  const [name, wanted] = part.dataset.showWhen.split("=");
  const values = wanted.split("|");
  const look = () => {
    part.hidden = !answers(form, name).some((value) => values.includes(value));
  };
  form.addEventListener("change", look);
  look();
}

/** Give every form and menu of the page its manners. */
export function startForms() {
  for (const form of document.querySelectorAll('form[method="post"]')) form.noValidate = true;
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", forgetSent);
  for (const select of document.querySelectorAll("[data-submit-on-change]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  for (const part of document.querySelectorAll("[data-show-when]")) showWhen(part);
  document.querySelector("[data-error-summary]")?.focus();
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
