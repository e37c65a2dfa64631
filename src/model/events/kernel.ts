/** The kernel: its table, the synchronisation of connections, what a program or it refuses. */
import { event, number, text, texts } from "./declaration.ts";

/** The kernel's table. */
export const ipvsEvents = {
  changed: event({
    severity: "info",
    fields: { changes: number, cause: text, text },
    meaning: "a batch was applied and read back",
    sentence: ({ changes, cause, text }) =>
      `${changes} change${changes === 1 ? "" : "s"} (${cause}): ${text}`,
  }),
  drift: event({
    severity: "warn",
    fields: { changes: number, text },
    meaning:
      "another program changed the table since it was last read or programmed; it is repaired",
    sentence: ({ changes, text }) =>
      `the table was changed by somebody else, ${changes} repaired: ${text}`,
  }),
  refused: event({
    severity: "error",
    fields: { subject: text, text },
    meaning:
      "the kernel refused this change, in its words: what was to be added is left out and counts as down, what was to be edited stays as it was; it is tried again after 30 s and at each reload",
    sentence: ({ subject, text }) => `the kernel refused ${subject}: ${text}`,
  }),
  failed: event({
    severity: "error",
    fields: { text },
    meaning: "the table cannot be read or programmed",
    sentence: ({ text }) => text,
  }),
  recovered: event({
    severity: "info",
    fields: { text },
    meaning: "it can be again",
    sentence: ({ text }) => text,
  }),
  foreign: event({
    severity: "info",
    fields: { services: texts },
    meaning: "virtual services of other programs, which are left alone",
    sentence: ({ services }) =>
      `virtual services that lvsd does not own are left alone: ${services.join(", ")}`,
  }),
  adopted: event({
    severity: "info",
    fields: { services: number, destinations: number },
    meaning: "a table of an earlier run was found and taken over as it stood",
    sentence: ({ services, destinations }) =>
      `adopted ${services} virtual services with ${destinations} real servers`,
  }),
};

/** Connection synchronisation. */
export const syncEvents = {
  running: event({
    severity: "info",
    fields: { text },
    meaning: "both of the kernel's daemons run, as read back",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  repaired: event({
    severity: "warn",
    fields: { text },
    meaning: "another program had stopped or changed one; it runs again",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  failed: event({
    severity: "error",
    fields: { text },
    meaning: "they cannot be started or read; it is tried every second",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  recovered: event({
    severity: "info",
    fields: { text },
    meaning: "they run again",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  incomplete: event({
    severity: "warn",
    fields: { text },
    meaning:
      "connections of the active router may be unknown here; an automatic failback waits no longer",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  told: event({
    severity: "info",
    fields: { text },
    meaning:
      "at a hand-over the connections that the peer's kernel could not know yet were sent to it; and why their list was read twice, where their SYNs left a doubt",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  untold: event({
    severity: "warn",
    fields: { text },
    meaning: "some of them could not be sent; those may break",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
  dropped: event({
    severity: "warn",
    fields: { text },
    meaning:
      "the kernel had no room for all that the peer's kernel has reported since the last reading: some of the peer's connections are unknown here; a larger `net.core.rmem_max` helps",
    sentence: ({ text }) => `connection synchronisation: ${text}`,
  }),
};

/** The machine. */
export const machineEvents = {
  failed: event({
    severity: "error",
    fields: { text },
    meaning: "a program or the kernel refused something, and what follows from it",
    sentence: ({ text }) => text,
  }),
  repaired: event({
    severity: "warn",
    fields: { text },
    meaning:
      "another program had changed what lvsd sets in the kernel; it is set again, and counted in `status`",
    sentence: ({ text }) => text,
  }),
  recovered: event({
    severity: "info",
    fields: { text },
    meaning: "what could not be set is right again",
    sentence: ({ text }) => text,
  }),
};
