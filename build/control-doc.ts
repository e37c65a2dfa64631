/** docs/control.md, printed from the declarations of the requests (src/control/requests.ts). */
import type { RequestDeclaration } from "../src/control/request.ts";
import { requests } from "../src/control/requests.ts";

const optionWords = {
  flag: "true or false",
  count: "a number from 1, else 1",
  ms: "milliseconds",
  text: "text",
} as const;

function row({ method, path, options = {}, takesText, access, does }: RequestDeclaration): string {
  const given = Object.entries(options).map(([name, kind]) => `\`${name}\` (${optionWords[kind]})`);
  const all = takesText === true ? ["the body: the text", ...given] : given;
  return `| \`${method} ${path}\` | ${all.join(", ") || "nothing"} | ${access} | ${does} |`;
}

export const controlDoc =
  (): string => `<!-- Written by \`make docs\` from src/control/requests.ts. -->
# The control interface

\`/run/lvsd/lvsd.sock\` uses HTTP/1.1 with JSON. Root and the group \`lvsd-operators\` may use it. The
command line and the console use only this socket.

    curl --unix-socket /run/lvsd/lvsd.sock http://lvsd/v1/status

Options are in the query or, where the request has no other body, in a JSON body. A name in the
path is percent-encoded.

| request | takes | access | does |
|---|---|---|---|
${Object.values(requests)
  .map(({ declared }) => row(declared))
  .join("\n")}
| \`GET /v1/events\` | \`follow\` (true or false) | read | The remembered events, then each new one, as server-sent events. |
| \`GET /metrics\` | nothing | read | Prometheus text. |

Access is used by the console's roles: \`read\` shows, \`operate\` changes what the routers do,
\`configure\` changes the configuration. The socket itself has no roles.

| status | meaning |
|---|---|
| 200 | done; the body is the report |
| 400 | the request is malformed |
| 404, 405 | there is no such request |
| 409 | the request cannot be carried out at present: \`{"ok": false, "problems": [...]}\` |
| 413 | the body is too large |
| 422 | a text is invalid: the same form, each problem with its place |
| 503 | too many requests or clients; try again |
`;
