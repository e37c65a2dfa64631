/** The prose of docs/checks.md around what is printed from the declarations. */

export const beforeTypes: readonly string[] = `<!-- Written by \`make docs\` from src/check/. -->
# Checks

A nanny runs the check of one real server for one virtual server at a fixed interval; each run is a
try. This page describes what a try of each type does, when it passes, why it fails, and when tries
are made.

\`\`\`yaml
check:
  type: http
  interval: 2s      # from the start of one try to the start of the next
  timeout: 2s       # one try, everything included
  fall: 2           # failed tries in a row to go down
  rise: 1           # passed tries in a row to come up
  path: /health
  expect: OK
\`\`\`

A check of a failover service ([services.md](services.md)) is configured in the same way; its default address is loopback.

## Several checks of one real server

\`\`\`yaml
check:
  - { type: http, path: /health }
  - { type: tcp, port: 9000, fall: 1 }
\`\`\`

All must pass; with \`any: true\` in one of the maps (or as \`- any: true\`) one that passes is enough.
Each has its own interval and its own counts of tries. \`lvsd status\` shows the one that failed, its
type and then its reason.

- A map over a list (a real server's over its virtual server's) changes keys of each check that has
  them: \`check: { path: /two }\` changes the path of the first check above. With a \`type\` it changes
  the checks of that type alone.
- A list over anything replaces it; its maps still inherit from a map below (\`defaults\`).
- A failover service has one check.
`.split("\n");

export const originText: readonly string[] =
  `By default the route to a real server decides which address, port and interface a check comes from.
Every type that uses the network has these keys, but for \`bfd\`, whose packets leave as the route
says. \`ping\` has no \`source_port\`; types with a second connection (\`ftp\`) use the port for the first
one.

\`\`\`yaml
check: { type: tcp, source: private, device: eth1, fwmark: 21 }
\`\`\`

- The file is the same on both routers, and the standby checks as well where it hears no active
  router. So a source is an address that both have, or \`public\`, \`private\` or a list of the primary's and the backup's.
  A floating address, or one that a single router has, is refused.
- \`fwmark\` selects a route by \`ip rule add fwmark 21 table 21\`. The mark of a virtual server of
  several real servers is refused, since any of them would answer.
- \`lvsd check --here\` and every reload look whether this machine has the address and the interface.
  Later a try without them fails as \`local\`, which does not count against the real server.
- A check that goes through IPVS (\`via: service\`) has none of these keys.`.split("\n");

export const deadlineText: readonly string[] =
  `\`timeout\` is a single limit over connecting, TLS, sending, and the whole answer. Whatever a real
server does (nothing, garbage, an endless answer), the try ends by then, with a reason:`.split(
    "\n",
  );

export const afterTypes: readonly string[] =
  `\`lvsd status\` shows the text of the last failure, in one printable line of at most 160
characters; anything that a real server has sent appears in it escaped. Failures are counted by
reason. Passwords come from \`password_file\` and appear nowhere.

\`local\` is a fault of this router: the real server's state stays, and the fault is an event. \`overdue\`
is an event as well. A failure that came long after its deadline, because the daemon itself was
stopped or starved meanwhile, does not count either; the check is tried again at once.

TCP connections are closed by reset, so that checks leave no TIME_WAIT behind. A real server may see
"connection reset by peer" after it has answered.

### Patterns

\`regex\` uses the syntax of [RE2](https://github.com/google/re2/wiki/Syntax): no look-around, no
back references, and no pattern that never ends. A pattern compiles to at most 1,000
instructions (\`x.{500}y\` has 504) and is matched in a separate thread, for one second at most, so
that neither a pattern nor an answer delays the heartbeat. \`^\` and \`$\` are the ends of the whole answer;
\`(?m)\` makes them the ends of a line, \`(?i)\` ignores case.

## Schedule of tries

- Tries of one check of a real server never overlap. One that takes longer than the interval is
  followed by the next at once.
- Checks are spread evenly over their interval, each with a place that it keeps. Those with a place
  in the same 10 ms begin together, so that the process does not wake up for each; commands begin
  one by one. All first tries happen at once: two milliseconds apart, within a second.
- At most \`checks.concurrency\` tries are under way at a time; further ones wait their turn.
- Checks that are equal (same target, same keys but \`fall\` and \`rise\`) are tried once, and the result
  goes to every real server that they belong to.
- A reload does not change equal checks, not even a try under way. A real server whose check has changed
  keeps its state; the new check is tried at once. Another address or port is another real server.
- The active router checks. The standby receives the results from it, and checks by itself when it
  hears no active router.
`.split("\n");
