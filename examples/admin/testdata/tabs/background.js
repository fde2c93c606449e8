"use strict";
const api = globalThis.browser ?? globalThis.chrome;
api.runtime.onMessage.addListener((what, sender) => {
  if (what === "duplicate-tab") api.tabs.duplicate(sender.tab.id);
  if (what === "reopen-tab") api.tabs.remove(sender.tab.id).then(() => api.sessions.restore());
});
