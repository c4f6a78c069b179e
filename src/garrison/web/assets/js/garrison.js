// Garrison in the browser: htmx for exchange, Alpine (CSP build) for small islands, and our own few behaviours.
// Every page works without this file; nothing here evaluates text as code.
import htmx from "htmx.org/dist/htmx.esm.js";
import Alpine from "@alpinejs/csp";
import { frame } from "./frame.js";
import { lists } from "./lists.js";
import { board } from "./board.js";
import { toasts } from "./toasts.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  attributesToSettle: ["class"],
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollBehavior: "auto",
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});
window.htmx = htmx;
window.Alpine = Alpine;

document.documentElement.classList.add("js");
// Empty fields say nothing: leave them out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") return;
  const form = event.detail.formData ?? event.detail.parameters;
  for (const key of [...new Set(form.keys?.() ?? Object.keys(form))]) {
    const values = (form.getAll ? form.getAll(key) : [form[key]]).filter((value) => value !== "");
    form.delete?.(key);
    for (const value of values) form.append?.(key, value);
  }
});

frame();
lists(htmx);
board(htmx);
toasts(htmx);
Alpine.start();
