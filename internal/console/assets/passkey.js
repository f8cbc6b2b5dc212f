// Passkeys, which browsers give to scripts only. A form with data-passkey is
// shown where the browser knows them; its button asks the browser, and the
// answer is posted with the form like any other. Nothing else needs a script.
"use strict";
(() => {
  const supported = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential.prototype.toJSON;
  if (!supported) return;

  for (const note of document.querySelectorAll("[data-unsupported]")) note.hidden = true;

  let waiting; // the request that the browser is busy with

  async function run(form, mediation) {
    waiting?.abort();
    const abort = waiting = new AbortController();
    const response = await fetch(form.dataset.options, { method: "POST" });
    if (response.redirected) { // we have to sign in first
      location.assign(response.url);
      return;
    }
    if (!response.ok) throw new Error(`no options: ${response.status}`);
    const { id, options } = await response.json();
    if (abort.signal.aborted) return;
    const publicKey = form.dataset.passkey === "create"
      ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
      : PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const request = { publicKey, signal: abort.signal };
    if (mediation) request.mediation = mediation;
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create(request)
      : await navigator.credentials.get(request);
    form.elements.id.value = id;
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.submit();
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-failed]");
    const button = form.querySelector("button");
    form.hidden = false;
    const ask = async () => {
      if (!form.reportValidity()) return;
      failed.hidden = true;
      button.disabled = true;
      try {
        await run(form);
      } catch (e) {
        failed.hidden = e.name === "AbortError";
      } finally {
        button.disabled = false;
      }
    };
    button.addEventListener("click", ask);
    form.addEventListener("submit", (e) => { e.preventDefault(); ask(); });
    if ("conditional" in form.dataset) {
      // The browser offers passkeys with the names that it fills in. Whether
      // somebody takes one is theirs to decide: a refusal is no error.
      PublicKeyCredential.isConditionalMediationAvailable?.()
        .then((available) => available && run(form, "conditional"))
        .catch(() => {});
    }
  }
})();
