/** The keys of `notify.mail`. */
import { address, port } from "../../keys/network-shapes.ts";
import { optional, preset, required } from "../../keys/section.ts";
import { choice, duration, list, text } from "../../keys/shape.ts";

/** One mail goes to all of them. */
const recipientsMax = 20;

/** RFC 5321, section 4.5.3.1.3, without the forms that need quotes. */
const mailbox = text({
  what: "a mail address",
  max: 254,
  pattern: /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/,
});

/** The events that are about something whose state they report (`about` in their declaration). */
export const mailedEvents = [
  "state",
  "fault",
  "peer",
  "service",
  "real_server",
  "virtual_server",
  "check",
  "maintenance",
  "load",
  "name",
] as const;

export const mailKeys = {
  to: required(
    list(mailbox, { what: "a list of mail addresses", max: recipientsMax, single: true }),
    "The recipients.",
  ),
  from: required(mailbox, "Its sender, also of what cannot be delivered."),
  smtp: required(
    address,
    "The address of the mail server. Not a name: a router does not resolve names for this.",
  ),
  port: preset(port, 25, "Its port: 25, 587 with `tls: required`, 465 with `tls: implicit`."),
  tls: preset(
    choice("tls", ["offered", "required", "implicit"]),
    "offered",
    "`offered`: STARTTLS where the server offers it, its certificate unverified. `required`: no mail without it, and the certificate is verified. `implicit`: TLS from the first byte, verified.",
  ),
  server_name: optional(
    text({ what: "a host name", max: 253, pattern: /^[A-Za-z0-9.-]+$/ }),
    "the address",
    "The name that the server's certificate must have.",
  ),
  ca: optional(
    text({ what: "the path of a file", max: 4096, pattern: /^[^\r\n]+$/ }),
    "the system's",
    "Certificates (PEM) of the authorities that are believed instead.",
    { names: "file" },
  ),
  user: optional(
    text({ what: "a user name", max: 255, pattern: /^[^\r\n]+$/ }),
    "none",
    "Logs in, which needs `password_file` and `tls: required` or `implicit`.",
  ),
  password_file: optional(
    text({ what: "the path of a file", max: 4096, pattern: /^[^\r\n]+$/ }),
    "none",
    "Its first line is the password. It is read for each mail.",
    { names: "file", secret: true },
  ),
  events: preset(
    list(choice("event", mailedEvents), { what: "a list of events", max: mailedEvents.length }),
    ["state", "real_server", "virtual_server"],
    "By name, as docs/events.md has them.",
  ),
  every: preset(
    duration({ min: "1s", max: "24h" }),
    "1m",
    "At most one mail in this time. What happens meanwhile goes into the next one.",
  ),
};
