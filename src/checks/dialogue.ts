/**
 * The driver of every type that is a pure dialogue: opens the way that its transport names, hands
 * over what a pure function cannot have by itself, and upgrades to TLS where the dialogue asks.
 */
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Dialogue, type DialogueAction, failed as refused } from "../check/dialogue.ts";
import type { Beginning, Runs, Transport } from "../check/type.ts";
import type { TriedCheck } from "../config/config.ts";
import { type CheckResult, type Deadline, failed, passed } from "./check-result.ts";
import { readPassword } from "./clients/password.ts";
import type { Fetch, Fetching } from "./conversation.ts";
import { converseByDatagram } from "./datagram.ts";
import { tryPlainly } from "./plain.ts";
import { fetchFrom } from "./second-connection.ts";
import { close, converse, open } from "./stream.ts";
import type { Endpoint } from "./target.ts";

/** How a dialogue of any type runs; `never` lets each type's functions take their own checks. */
export type RunsDialogue = Runs<never> & { readonly by: "dialogue" };

/** Files that the driver reads for a dialogue, where its check names them. */
interface SecretFiles {
  readonly passwordFile?: string | null;
  readonly secretFile?: string | null;
}

/** One try of a check whose type is a dialogue. */
export async function tryDialogue(
  check: TriedCheck,
  runs: RunsDialogue,
  target: Endpoint,
  deadline: Deadline,
): Promise<CheckResult> {
  const own = check as never;
  const transport = runs.transport(own);
  const { passwordFile = null, secretFile = null }: SecretFiles = own;
  const password =
    passwordFile === null ? null : await readPassword(passwordFile, "password_file", deadline);
  if (typeof password === "object" && password !== null) return password;
  const secret =
    secretFile === null ? null : await readPassword(secretFile, "secret_file", deadline);
  if (typeof secret === "object" && secret !== null) return secret;
  const beginning: Beginning = {
    aim: target,
    password,
    secret,
    // Few want it, and it costs as much as a system call.
    get random() {
      return randomBytes(32);
    },
  };
  const dialogue = runs.begin?.(own, beginning) ?? null;
  if (transport.protocol === "udp" && dialogue !== null)
    return converseByDatagram(target, dialogue, deadline);
  const fetch = (port: number, fetching: Fetching): (() => void) =>
    fetchFrom(besides(target, port), deadline, fetching);
  const { tls } = transport;
  if (tls === null) return tryPlainly(target, dialogue, deadline, fetch);
  const opened = await open(target, deadline);
  if (opened.kind === "failed") return opened;
  try {
    return await overStream(opened.connection, { tls, dialogue, target, fetch }, deadline);
  } finally {
    close(opened.connection);
  }
}

/** A second connection: another port there, and any free one here. */
const besides = ({ address, origin }: Endpoint, port: number): Endpoint =>
  origin === undefined ? { address, port } : { address, port, origin: { ...origin, port: null } };

/** What is said over TLS, or before it begins. */
interface Securing {
  readonly tls: NonNullable<Transport["tls"]>;
  readonly dialogue: Dialogue | null;
  readonly target: Endpoint;
  readonly fetch: Fetch;
}

async function overStream(
  socket: Socket,
  { tls, dialogue, target, fetch }: Securing,
  deadline: Deadline,
): Promise<CheckResult> {
  let connection: Duplex = socket;
  let judge = (verdict: CheckResult): CheckResult => verdict;
  let first = (): DialogueAction => dialogue?.open() ?? { kind: "passed" };
  let clear = tls.upgrade;
  for (;;) {
    if (!clear) {
      const { secure } = await import("./tls.ts");
      const protocols = tls.alpn === null ? [] : [tls.alpn];
      const secured = await secure(
        socket,
        target,
        tls.options,
        tls.options.sni,
        protocols,
        deadline,
      );
      if (secured.kind === "failed") return secured;
      connection = secured.connection;
      const { certificateJudge } = await import("./tls/certificate-end.ts");
      judge = certificateJudge(secured.connection, tls.options);
    }
    if (dialogue === null) return judge(passed);
    const end = await converse(connection, dialogue, deadline, first, fetch);
    if (end !== "secure") return judge(end);
    if (!clear) return failed("local", "the dialogue asks for TLS twice");
    clear = false;
    first = () => dialogue.secured?.() ?? refused("unexpected", "TLS is not expected here");
  }
}
