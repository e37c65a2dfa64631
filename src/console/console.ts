/**
 * The console as a process: its listener, its look at the daemon, and what of its settings changes
 * while it runs. It needs the control socket and its own state directory, and no right beyond.
 */
import { randomBytes } from "node:crypto";
import { controlClient } from "../control/client.ts";
import { MachineError, messageOf } from "../model/error.ts";
import { ensureDirectory } from "../system/file/files.ts";
import { type ConsoleSettings, lastSettings } from "./settings.ts";
import { Attempts } from "./users/attempts.ts";
import { Sessions } from "./users/sessions.ts";
import { UsersFile } from "./users/users-file.ts";
import { Watch } from "./watch/watch.ts";
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
}

const now = (): number => performance.now();

export class Console {
  readonly #options: ConsoleOptions;
  readonly #parts: ConsoleParts;
  #settings: ConsoleSettings;
  #open: (ConsoleApp & { readonly of: string }) | null = null;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#settings = { ...lastSettings(options.stateDir), ...options.fixed };
    const client = controlClient(options.socketPath);
    this.#parts = {
      settings: () => this.#settings,
      watch: new Watch({ client, now, wallMs: () => Date.now(), looked: () => {} }),
      users: new UsersFile(options.stateDir),
      sessions: new Sessions(now),
      attempts: new Attempts(now),
      assets: loadAssets(options.assets ?? assetsDirectory()),
      clientOf: () => client,
      log: options.log,
      secret: randomBytes(32),
    };
  }

  /** Where it listens; null: nowhere at present. */
  get url(): string | null {
    const address = this.#open?.app.server.address() ?? null;
    if (address === null || typeof address === "string") return null;
    const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return `${this.#settings.tls === null ? "http" : "https"}://${host}:${address.port}`;
  }

  /** Listens. Throws MachineError where it cannot: systemd and people want to know at once. */
  async start(): Promise<void> {
    ensureDirectory(this.#options.stateDir, 0o750);
    await this.#listen();
    this.#parts.watch.start();
  }

  async stop(): Promise<void> {
    this.#parts.watch.stop();
    await this.#open?.app.close();
  }

  /** Opens the listener of the settings in force, and closes the one before. */
  async #listen(): Promise<void> {
    const { listen, port, tls } = this.#settings;
    const of = JSON.stringify([listen, port, tls]);
    if (this.#open?.of === of) return;
    const before = this.#open;
    this.#open = null;
    await before?.app.close();
    const made = await consoleApp(this.#parts, { tls: null, now });
    try {
      await made.app.listen({ host: listen, port });
    } catch (thrown) {
      throw new MachineError(
        `the console cannot listen on ${listen} port ${port}: ${messageOf(thrown)}`,
        { cause: thrown },
      );
    }
    this.#open = { ...made, of };
    this.#options.log("info", `the console listens at ${this.url}`);
  }
}
