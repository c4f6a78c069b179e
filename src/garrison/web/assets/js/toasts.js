// Toasts: what was done, in one sentence, with Undo. The server sends the event "toast" in HX-Trigger.
function place(htmx, { text, undo, undoLabel, kind, close }) {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const toast = document.createElement("div");
  toast.className = `tst ${kind === "crit" ? "bad" : ""}`;
  toast.append(document.createTextNode(text));
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "undo";
    button.textContent = undoLabel || region.dataset.undo || "Undo";
    button.addEventListener("click", () => {
      toast.remove();
      htmx.ajax("POST", undo, { swap: "none", target: "body" });
    });
    toast.append(button);
  }
  const away = document.createElement("button");
  away.type = "button";
  away.className = "x";
  away.setAttribute("aria-label", close || region.dataset.close || "Close");
  away.textContent = "×";
  away.addEventListener("click", () => toast.remove());
  toast.append(away);
  region.append(toast);
  if (!undo) setTimeout(() => toast.remove(), 8000);
}

export function toasts(htmx) {
  document.addEventListener("toast", (event) => place(htmx, event.detail));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-toast]")) event.target.closest(".tst").remove();
  });
  // An exchange that failed says so; nothing is red without a reason in words.
  document.addEventListener("htmx:responseError", (event) => {
    const region = document.getElementById("toasts");
    const status = event.detail.xhr.status;
    place(htmx, { text: region?.dataset[`e${status}`] || region?.dataset.error || `${status}`, kind: "crit" });
  });
  document.addEventListener("htmx:sendError", () => {
    place(htmx, { text: document.getElementById("toasts")?.dataset.offline || "", kind: "crit" });
  });
}
