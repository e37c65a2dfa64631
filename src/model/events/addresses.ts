/** Floating addresses and the devices that they are on. */
import { event, number, tenths, text, texts } from "./declaration.ts";

/** Floating addresses. */
export const vipEvents = {
  claimed: event({
    severity: "info",
    fields: { addresses: texts, took_ms: number },
    meaning: "they are on this machine, as read back",
    sentence: ({ addresses, took_ms }) =>
      `claimed ${addresses.join(", ") || "nothing"} in ${tenths(took_ms)} ms`,
  }),
  released: event({
    severity: "info",
    fields: { addresses: texts, took_ms: number },
    meaning: "they are off this machine, as read back",
    sentence: ({ addresses, took_ms }) =>
      `released ${addresses.join(", ") || "nothing"} in ${tenths(took_ms)} ms`,
  }),
  "claim-failed": event({
    severity: "error",
    fields: { text },
    meaning:
      "none could be put on, or nothing is known of them; what was put on is taken off. What can be held alone is held, and the rest is a fault",
    sentence: ({ text }) => `claim failed: ${text}`,
  }),
  "release-failed": event({
    severity: "error",
    fields: { text },
    meaning: "not all could be released; the peer is notified",
    sentence: ({ text }) => `release failed: ${text}`,
  }),
  lost: event({
    severity: "warn",
    fields: { address: text, device: text, text },
    meaning: "another program removed it, and it is claimed again; or its device is gone",
    sentence: ({ address, device, text }) => `${address} on ${device} lost: ${text}`,
  }),
  restored: event({
    severity: "info",
    fields: { address: text, device: text, text },
    meaning: "it is back",
    sentence: ({ address, device, text }) => `${address} on ${device} restored: ${text}`,
  }),
  "left-behind": event({
    severity: "warn",
    fields: { address: text, device: text, text },
    meaning:
      "found where it does not belong: on a router that does not serve, or under another prefix, device or scope than lvsd gives it; removed",
    sentence: ({ address, device, text }) => `${address} on ${device} left behind: ${text}`,
  }),
  stranger: event({
    severity: "error",
    fields: { address: text, device: text, mac: text },
    meaning: "a third machine answers for it",
    sentence: ({ address, device, mac }) =>
      `${address} on ${device} is answered for by a stranger, ${mac}; find that machine and take the address off it`,
  }),
  contested: event({
    severity: "warn",
    fields: { address: text, device: text, mac: text, text },
    meaning:
      "the peer announces it while this router holds it; whether the two settle it, or why not",
    sentence: ({ address, device, mac, text }) =>
      `${address} on ${device} is announced by the peer too, ${mac}; ${text}`,
  }),
  "announce-failed": event({
    severity: "error",
    fields: { text },
    meaning: "neighbours could not be notified; they may send to the old router",
    sentence: ({ text }) => `announce failed: ${text}`,
  }),
};

/** Devices of the VIPs. */
export const linkEvents = {
  up: event({
    severity: "info",
    fields: { device: text, text },
    meaning: "carrier is back",
    sentence: ({ device, text }) => `link ${device} is up: ${text}`,
  }),
  down: event({
    severity: "warn",
    fields: { device: text, text },
    meaning: "no carrier, or the device is gone",
    sentence: ({ device, text }) => `link ${device} is down: ${text}`,
  }),
  renamed: event({
    severity: "warn",
    fields: { device: text, text },
    meaning: "it has another name now; its VIPs stay on it, and the configuration is to name it",
    sentence: ({ text }) => text,
  }),
};
