/** What operators ask of servers. */
import { event, field, text } from "./declaration.ts";

/** `subject`: `web` or `web/rs1`. */
const fields = { subject: text, order: field<"drain" | "disable" | "enable">(), by: text };

export const maintenanceEvents = {
  ordered: event({
    severity: "info",
    fields,
    meaning: "drain, disable or enable: asked of this router, or heard from the peer",
    sentence: ({ subject, order, by }) => `${subject}: ${order}, asked by ${by}`,
    about: ({ subject }) => `maintenance ${subject}`,
  }),
  forgotten: event({
    severity: "info",
    fields,
    meaning: "the configuration has not had its name for a day",
    sentence: ({ subject, order, by }) =>
      `${subject} is not configured any more; its order (${order}, asked by ${by}) is forgotten`,
    about: ({ subject }) => `maintenance ${subject}`,
  }),
  overdue: event({
    severity: "warn",
    fields: { subject: text, text },
    meaning: "connections are left after 15 minutes of draining",
    sentence: ({ subject, text: why }) => `${subject} is still draining: ${why}`,
    about: ({ subject }) => `maintenance ${subject}`,
  }),
};
