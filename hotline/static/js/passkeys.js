/* Let the browser make or use a passkey:
     <form data-passkey="create|get" data-options="{…}"> <input name="credential"> … </form>
   The options are the server's, as JSON; what the authenticator answers goes back in the form. */

import { say } from "./words.js";

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  let plain = "";
  for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function readKeys(list) {
  return (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
}

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: readKeys(options.excludeCredentials),
    },
  });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      attestationObject: text(made.response.attestationObject),
      clientDataJSON: text(made.response.clientDataJSON),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    },
    extensions: JSON.stringify(made.getClientExtensionResults()),
  };
}

async function get(options) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: readKeys(options.allowCredentials),
    },
  });
  const { response } = shown;
  return {
    id: shown.id,
    rawId: text(shown.rawId),
    type: shown.type,
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
    assertionClientExtensions: JSON.stringify(shown.getClientExtensionResults()),
  };
}

async function ask(form) {
  const line = form.querySelector("[data-passkey-says]");
  if (!window.PublicKeyCredential) {
    line.textContent = say("passkey_unknown");
    return;
  }
  try {
    const options = JSON.parse(form.dataset.options);
    const answer = await (form.dataset.passkey === "create" ? create(options) : get(options));
    form.elements.namedItem("credential").value = JSON.stringify(answer);
    form.submit();
  } catch {
    line.textContent = say("passkey_failed");
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.querySelector("[data-passkey-again]")?.addEventListener("click", () => ask(form));
  ask(form);
}
