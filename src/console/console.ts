/**
 * The console as a process: its listener, its look at the daemon, and what of its settings changes
 * while it runs. It needs the control socket and its own state directory, and no right beyond.
 */
import { randomBytes } from "node:crypto";
import type { Server } from "node:https";
import { isDeepStrictEqual } from "node:util";
import { type ControlClient, controlClient } from "../control/client.ts";
import { MachineError, messageOf } from "../model/error.ts";
import { ensureDirectory } from "../system/file/files.ts";
import { type Certificate, certificateOf } from "./certificate.ts";
import { Drafts } from "./drafts/drafts.ts";
import { type ConsoleSettings, keepSettings, lastSettings } from "./settings.ts";
import { Attempts } from "./users/attempts.ts";
import { Sessions } from "./users/sessions.ts";
import { UsersFile } from "./users/users-file.ts";
import { Examination } from "./watch/examination.ts";
import { Watch, type Watched } from "./watch/watch.ts";
import { type ConsoleApp, consoleApp } from "./web/app.ts";
import { assetsDirectory, loadAssets } from "./web/assets.ts";
import type { ConsoleParts } from "./web/parts.ts";

export interface ConsoleOptions {
  readonly socketPath: string;
  readonly stateDir: string;
  /** What the command line says, over what the configuration says. */
  readonly fixed: Partial<Pick<ConsoleSettings, "listen" | "port">>;
  /** Where the files are that browsers load; null: where the build puts them. */
  readonly assets: string | null;
  readonly log: ConsoleParts["log"];
  /** As in AppOptions. */
  readonly requestMs?: number;
}

const now = (): number => performance.now();

/**
 * How often the files of the certificate are looked at: renewing them needs no signal to a
 * process.
 */
const certificateMs = 60_000;

interface Listening extends ConsoleApp {
  /** The settings that it was made for. */
  readonly of: string;
  readonly url: string;
  /** Null: plain HTTP. */
  certificate: Certificate | null;
}

export class Console {
  readonly #options: ConsoleOptions;
  readonly #parts: ConsoleParts;
  readonly #client: ControlClient;
  #settings: ConsoleSettings;
  #listening: Listening | null = null;
  /** The configuration and the daemon whose settings were asked for. */
  #askedOf = "";
  /** What was logged last of what does not go. */
  #trouble = "";
  #certificateTrouble = "";
  #certificateAt = now();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#settings = { ...lastSettings(options.stateDir), ...options.fixed };
    this.#client = controlClient(options.socketPath);
    this.#parts = {
      settings: () => this.#settings,
      watch: new Watch({
        client: this.#client,
        now,
        wallMs: () => Date.now(),
        looked: (watched) => this.#looked(watched),
      }),
      users: new UsersFile(options.stateDir),
      sessions: new Sessions(now),
      attempts: new Attempts(now),
      drafts: new Drafts(() => Date.now()),
      examination: new Examination(this.#client),
      assets: loadAssets(options.assets ?? assetsDirectory()),
      clientOf: (user) => controlClient(options.socketPath, user),
      log: options.log,
      secret: randomBytes(32),
    };
  }

  /** Where it listens; null: nowhere at present. */
  get url(): string | null {
    return this.#listening?.url ?? null;
  }

  /** Listens. Throws MachineError where it cannot: systemd and people want to know at once. */
  async start(): Promise<void> {
    ensureDirectory(this.#options.stateDir, 0o750);
    await this.#listen(this.#settings);
    this.#parts.watch.start();
  }

  async stop(): Promise<void> {
    this.#parts.watch.stop();
    await this.#turn;
    await this.#listening?.app.close();
  }

  /** After each look at the daemon: takes over what the configuration says of the console. */
  #looked({ status, down }: Watched): void {
    if (now() - this.#certificateAt >= certificateMs) {
      this.#certificateAt = now();
      this.#turn = this.#turn.then(() => this.renewCertificate());
    }
    if (status === null || down !== null) return;
    const of = `${status.started} ${status.config.hash}`;
    if (of === this.#askedOf) return;
    this.#askedOf = of;
    this.#turn = this.#turn
      .then(() => this.#takeOver())
      .then(() => {
        this.#trouble = "";
      })
      .catch((thrown) => {
        // It is asked again with the next look.
        this.#askedOf = "";
        this.#complain(messageOf(thrown));
      });
  }

  /** Once, however often it is tried again. */
  #complain(trouble: string): void {
    if (trouble !== this.#trouble) this.#options.log("error", trouble);
    this.#trouble = trouble;
  }

  /**
   * Takes over a certificate that was renewed, the operator's or the self-made one, for connections
   * from now on. Half a pair is left alone until the other half is there. Never throws.
   */
  async renewCertificate(): Promise<void> {
    const listening = this.#listening;
    const present = listening?.certificate ?? null;
    if (listening === null || present === null) return;
    try {
      const next = await certificateOf(this.#settings.tls, this.#options.stateDir, Date.now());
      if (next === null || (next.cert === present.cert && next.key === present.key)) {
        this.#certificateTrouble = "";
        return;
      }
      (listening.app.server as unknown as Server).setSecureContext(next);
      this.#certificateTrouble = "";
      listening.certificate = next;
      this.#options.log("info", `the console has another certificate${proofOf(next)}`);
    } catch (thrown) {
      const trouble = `the console keeps its certificate: ${messageOf(thrown)}`;
      if (trouble !== this.#certificateTrouble) this.#options.log("error", trouble);
      this.#certificateTrouble = trouble;
    }
  }

  async #takeOver(): Promise<void> {
    const said = await this.#client.consoleSettings();
    const next = { ...said, ...this.#options.fixed };
    if (!isDeepStrictEqual(said, lastSettings(this.#options.stateDir)))
      keepSettings(this.#options.stateDir, said);
    const before = this.#settings;
    // Who may is looked at with each request.
    this.#settings = { ...before, allow: next.allow };
    try {
      await this.#listen(next);
    } catch (thrown) {
      await this.#listen(before);
      throw thrown;
    }
  }

  /** Listens as `settings` say, in place of the listener before. Throws MachineError. */
  async #listen(settings: ConsoleSettings): Promise<void> {
    const { listen, port, tls } = settings;
    const of = JSON.stringify([listen, port, tls]);
    this.#settings = settings;
    if (this.#listening?.of === of) return;
    const certificate = await certificateOf(tls, this.#options.stateDir, Date.now());
    const before = this.#listening;
    this.#listening = null;
    await before?.app.close();
    const problem = `the console cannot listen on ${listen} port ${port}`;
    try {
      const made = await consoleApp(this.#parts, {
        tls: certificate,
        now,
        requestMs: this.#options.requestMs,
      });
      const url = await made.app.listen({ host: listen, port });
      this.#listening = { ...made, of, url, certificate };
    } catch (thrown) {
      throw new MachineError(`${problem}: ${messageOf(thrown)}`, { cause: thrown });
    }
    this.#options.log("info", `the console listens at ${this.url}${proofOf(certificate)}`);
  }
}

const proofOf = (certificate: Certificate | null): string =>
  certificate === null || certificate.fingerprint === null
    ? ""
    : `; its self-made certificate has SHA-256 ${certificate.fingerprint}`;
