// A test requests what only the browser's menu can do with an event in the page.
"use strict";
const ask = globalThis.browser ?? globalThis.chrome;
for (const what of ["duplicate-tab", "reopen-tab"]) {
  document.addEventListener(what, () => { ask.runtime.sendMessage(what); });
}
