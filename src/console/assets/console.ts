/**
 * What of a page is alive: parts that the console sends as they change. Pages work without it.
 * The console has escaped everything that stands in a part; this script adds nothing to it.
 */
import { drawGraphs } from "./graphs.ts";

/** After a stream broke off: the console starts anew, or the network was away. */
const againMs = 3000;

function replace(id: string, html: string): void {
  const part = document.getElementById(id);
  if (part === null) return;
  const focused = part.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const open = [...part.querySelectorAll<HTMLDetailsElement>("details[open][id]")].map(
    (details) => details.id,
  );
  part.innerHTML = html;
  for (const one of open) document.getElementById(one)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function follow(path: string): void {
  const source = new EventSource(path);
  source.onmessage = ({ data }: MessageEvent<string>) => {
    const parts = JSON.parse(data) as Readonly<Record<string, string>>;
    for (const [id, html] of Object.entries(parts)) replace(id, html);
    document.dispatchEvent(new CustomEvent("lvsd:changed", { detail: Object.keys(parts) }));
  };
  // The session is over: the login says so, and leads back here.
  source.addEventListener("over", () => {
    source.close();
    location.reload();
  });
  source.onerror = () => {
    document.documentElement.dataset.stale = "yes";
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => follow(path), againMs);
  };
  source.onopen = () => {
    delete document.documentElement.dataset.stale;
  };
}

// What is chosen in a list that stands for itself counts at once.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-at-once]"))
  form.addEventListener("change", () => form.requestSubmit());

// Over plain HTTP from another machine browsers give no clipboard: the text can be marked by hand.
for (const text of document.querySelectorAll<HTMLElement>("pre[data-copy]")) {
  if (!window.isSecureContext) break;
  const button = document.createElement("button");
  button.textContent = text.dataset.copy ?? "";
  button.type = "button";
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text.textContent ?? "");
  });
  text.before(button);
}

// On a telephone the menu scrolls: the present panel is to be seen in it.
document
  .querySelector("header nav [aria-current]")
  ?.scrollIntoView({ inline: "center", block: "nearest" });

const live = document.querySelector<HTMLElement>("[data-live]")?.dataset.live;
if (live !== undefined) follow(live);
drawGraphs();
