// Everything works without this script. It adds three comforts: a warning before typed text is thrown away, choosing
// the side that one types into, and news of what somebody else saves while a form is open. It never touches what was
// typed.
"use strict";

// A form is dirty if it differs from what the server sent, by typing or because the browser has restored texts, or if
// the page says that what the server sent is not saved.
const dirty = (form) => form.dataset.guard === "keep" || [...form.elements].some((e) =>
  e.type === "hidden" ? false :
  e.type === "checkbox" || e.type === "radio" ? e.checked !== e.defaultChecked :
  e.options ? [...e.options].some((o) => o.selected !== o.defaultSelected && [...e.options].some((d) => d.defaultSelected)) :
  e.defaultValue !== undefined && e.value !== e.defaultValue);

for (const form of document.querySelectorAll("form[data-guard]")) {
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("pageshow", () => { sent = false; }); // back in a page that the browser has kept
  window.addEventListener("beforeunload", (event) => { if (!sent && dirty(form)) event.preventDefault(); });
}

// Typing into one's side of a conflict chooses it.
for (const side of document.querySelectorAll("form.merge .mine")) {
  side.addEventListener("input", (event) => {
    if (event.target.type !== "radio") side.querySelector("input[type=radio]").checked = true;
  });
}

const form = document.querySelector("form[data-changes]");
if (form) {
  let tag = "";

  // Otherwise a browser that has restored the page would ask its cache, and show old news.
  const look = async () => {
    if (document.hidden) return;
    const response = await fetch(form.dataset.changes, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
    const news = document.getElementById("news");
    if (response.status === 404) {
      news.textContent = "Somebody else has deleted this product. What you typed is still here.";
      news.hidden = false;
      return;
    }
    if (response.status !== 200) return;
    tag = response.headers.get("ETag");
    const now = await response.json();
    let changed = 0;
    for (const note of form.querySelectorAll("[data-now]")) {
      const text = now.values[note.dataset.now].replace(/\r\n?/g, "\n");
      note.hidden = text === note.dataset.base;
      note.textContent = "saved by somebody else: " + text;
      if (!note.hidden) changed++;
    }
    news.hidden = changed === 0;
    news.textContent = now.by + ". What you typed is still here; when you save, you will see both.";
  };
  const again = () => look().catch(() => {}); // the server may be down for a moment
  again();
  setInterval(again, 2000);
}
