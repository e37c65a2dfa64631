/**
 * No password and no shared secret of any type of check leaves the daemon: in status, events,
 * metrics, a plan, or a conversation that `lvsd probe` shows. The servers are of a few lines, since
 * no real one does the worst that there is: it lets each login come, and repeats in its refusal
 * what it heard, the password as it is, and the password as it is encoded.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type CheckTypeName, declaredTypes } from "../../src/check/check-types.ts";
import { runCheck } from "../../src/checks/check.ts";
import type { Endpoint } from "../../src/checks/target.ts";
import { metricsText } from "../../src/control/metrics.ts";
import { serve, serveTls, serveUdp } from "../checks/servers.ts";
import { eventually as until } from "../eventually.ts";
import { MemoryMachine, MemorySwitch } from "./memory-machine.ts";

const password = 'geh"eim-77';
const secret = "gemeinsam-78";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const forms = [
  password,
  base64(password),
  base64(`probe:${password}`),
  base64(`\0probe\0${password}`),
  JSON.stringify(password).slice(1, -1),
];
const repeated = `no: ${forms.join(" ")}`;

/** What a server says first, and to what it hears. */
interface Double {
  readonly greets?: string | Uint8Array;
  readonly answers?: readonly (readonly [heard: RegExp, says: string | Uint8Array])[];
  readonly keys?: string;
  readonly over?: "tls" | "udp";
}

/** Length, number, 0xff, code, text (MySQL, "ERR_Packet"). */
const mysqlError = Buffer.concat([
  Buffer.from([repeated.length + 3, 0, 0, 0, 0xff, 0x15, 0x04]),
  Buffer.from(repeated),
]);
/** A message of PostgreSQL: its letter, its length, its content. */
const pgsql = (letter: string, content: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(letter), length, Buffer.from(content, "latin1")]);
};
/** A bind's answer (RFC 4511, section 4.2.2): invalidCredentials, with a text. */
const ldapRefusal = (): Buffer => {
  const text = Buffer.from(repeated);
  const body = Buffer.concat([Buffer.from([0x0a, 1, 49, 0x04, 0, 0x04, 0x81, text.length]), text]);
  const bind = Buffer.concat([Buffer.from([0x02, 1, 1, 0x61, 0x81, body.length]), body]);
  return Buffer.concat([Buffer.from([0x30, 0x81, bind.length]), bind]);
};

const smtp: Double = {
  greets: "220 mail\r\n",
  answers: [
    [/^EHLO/, "250-mail\r\n250 AUTH PLAIN LOGIN\r\n"],
    [/^AUTH/, `535 ${repeated}\r\n`],
  ],
};
const pop3: Double = {
  greets: "+OK\r\n",
  answers: [
    [/^USER/, "+OK\r\n"],
    [/^PASS/, `-ERR ${repeated}\r\n`],
  ],
};
const imap: Double = { greets: "* OK\r\n", answers: [[/LOGIN|AUTH/, `a2 NO ${repeated}\r\n`]] };
const nntp: Double = {
  greets: "200 news\r\n",
  answers: [
    [/USER/, "381 more\r\n"],
    [/PASS/, `481 ${repeated}\r\n`],
  ],
};
const page = `HTTP/1.1 200 OK\r\ncontent-length: ${repeated.length}\r\n\r\n${repeated}`;
const http: Double = { answers: [[/^GET/, page]], keys: "expect: all is well" };
const ldap: Double = { answers: [[/./, ldapRefusal()]] };
const over = (double: Double, how: "tls"): Double => ({ ...double, over: how });

const doubles: Readonly<Partial<Record<CheckTypeName, Double>>> = {
  http,
  https: over(http, "tls"),
  smtp,
  smtps: over(smtp, "tls"),
  submission: { ...smtp, keys: "starttls: false" },
  pop3,
  pop3s: over(pop3, "tls"),
  imap,
  imaps: over(imap, "tls"),
  nntp,
  nntps: over(nntp, "tls"),
  ldap,
  ldaps: over(ldap, "tls"),
  mysql: { greets: mysqlError },
  pgsql: {
    answers: [
      // AuthenticationCleartextPassword, then an error with its text.
      [/user\0probe/, pgsql("R", "\0\0\0\x03")],
      [/^p/, pgsql("E", `SFATAL\0C28P01\0M${repeated}\0\0`)],
    ],
  },
  redis: { answers: [[/AUTH/, `-WRONGPASS ${repeated}\r\n`]], keys: "role: any" },
  memcached: {
    answers: [
      [/^version/, "CLIENT_ERROR unauthenticated\r\n"],
      [/^set/, `CLIENT_ERROR ${repeated}\r\n`],
    ],
  },
  radius: { keys: "secret_file: SECRET", over: "udp" },
  ftp: {
    greets: "220 files\r\n",
    answers: [
      [/^USER/, "331 more\r\n"],
      [/^PASS/, `530 ${repeated}\r\n`],
    ],
  },
};

const types = declaredTypes
  .filter(({ keys }) => "password_file" in keys || "secret_file" in keys)
  .map(({ name }) => name);

const place = mkdtempSync(join(tmpdir(), "lvsd-credentials-"));
after(() => rmSync(place, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(place, name), `${content}\n`, { mode: 0o600 });
  return join(place, name);
};

test("no credential of any type leaves the daemon, whatever a server answers", async (context) => {
  assert.deepEqual(
    types.filter((type) => doubles[type] === undefined),
    [],
    "a double for each",
  );
  const heardPasswords = new Set<string>();
  const speak =
    (type: string, { greets, answers = [] }: Double) =>
    (socket: Socket) => {
      if (greets !== undefined) socket.write(greets);
      socket.on("error", () => {});
      socket.on("data", (bytes: Buffer) => {
        const heard = bytes.toString("latin1");
        if (forms.some((form) => heard.includes(form))) heardPasswords.add(type);
        const says = answers.find(([pattern]) => pattern.test(heard))?.[1];
        if (says !== undefined) socket.write(says);
      });
    };
  const start = (type: string, double: Double): Promise<Endpoint> => {
    if (double.over === "tls") return serveTls(context, speak(type, double));
    if (double.over === undefined) return serve(context, speak(type, double));
    return serveUdp(context, (socket, _bytes, port) => socket.send(`${repeated} ${secret}`, port));
  };
  const files = { password: file("password", password), secret: file("secret", secret) };
  const virtualServers = await Promise.all(
    types.map(async (type, at) => {
      const double = doubles[type] ?? {};
      const { port } = await start(type, double);
      const keys = Object.fromEntries(
        (double.keys ?? "").split(", ").flatMap((pair) => {
          const [key, value = ""] = pair.split(": ");
          if (!key) return [];
          return [[key, value === "SECRET" ? files.secret : value === "false" ? false : value]];
        }),
      );
      const check = {
        type,
        address: "127.0.0.1",
        port,
        interval: "200ms",
        timeout: "1s",
        fall: 1,
        user: "probe",
        password_file: files.password,
        ...keys,
      };
      const server = {
        address: `192.0.2.${100 + at}`,
        device: "eth0",
        port: 80,
        forwarding: "direct",
        check,
        real_servers: { rs1: { address: "192.0.2.21" } },
      };
      return [type, server] as const;
    }),
  );
  const machine = new MemoryMachine(new MemorySwitch(), "192.0.2.2", runCheck);
  machine.configure({
    routers: { primary: { public: "192.0.2.2" } },
    failover: { monitor_links: false },
    virtual_servers: Object.fromEntries(virtualServers),
  });
  const daemon = await machine.start();
  context.after(() => daemon.stop("the test ends"));
  const realServers = async () =>
    (await daemon.status()).virtual_servers.flatMap(({ name, real_servers }) =>
      real_servers.map(({ state, check }) => ({ name, state, why: check.last_error })),
    );
  await until("each check has failed", async () =>
    (await realServers()).every(({ state }) => state === "down"),
  );
  const status = await daemon.status();
  const plan = await daemon.plan({ yes: false } as never);
  const probed = await Promise.all(
    types.map((virtualServer) =>
      daemon.probeVirtualServer({ virtualServer, check: null } as never),
    ),
  );
  const said: Readonly<Record<string, string>> = {
    status: JSON.stringify(status),
    events: JSON.stringify(machine.events),
    metrics: await metricsText(status),
    plan: JSON.stringify(plan),
    probe: JSON.stringify(probed),
  };
  for (const [where, text] of Object.entries(said))
    for (const form of [...forms, secret])
      for (const shown of [form, JSON.stringify(form).slice(1, -1)])
        assert.ok(!text.includes(shown), `${where} shows ${shown}: ${around(text, shown)}`);
  for (const { name, why } of await realServers()) assert.ok(why, `${name} says why`);
  // Those that never say it in the clear: a challenge, a digest.
  const silent = ["mysql", "radius"];
  assert.deepEqual(
    types.filter((type) => !heardPasswords.has(type) && !silent.includes(type)),
    [],
    "the others have come to their password",
  );
});

const around = (text: string, part: string): string => {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 200), at + 100);
};
