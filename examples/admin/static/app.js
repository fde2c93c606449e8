// Everything works without this script. It adds two comforts: a warning before typed text is thrown away, and news of
// what somebody else saves while a form is open. It never touches what was typed.
"use strict";

for (const form of document.querySelectorAll("form[data-guard]")) {
  let typed = false;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}

const form = document.querySelector("form[data-changes]");
if (form) {
  const base = (name) => form.elements["base." + name].value.replaceAll("\r\n", "\n");
  let tag = "";

  const look = async () => {
    if (document.hidden) return;
    const response = await fetch(form.dataset.changes, { headers: tag ? { "If-None-Match": tag } : {} });
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
      const name = note.dataset.now;
      note.hidden = now[name] === base(name);
      note.textContent = "saved by somebody else: " + now[name];
      if (!note.hidden) changed++;
    }
    news.hidden = changed === 0;
    news.textContent = "Somebody else has just saved this product. What you typed is still here; when you save, you will see both.";
  };
  look();
  setInterval(look, 2000);
}
