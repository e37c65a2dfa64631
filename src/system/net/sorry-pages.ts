/**
 * The router's own pages for `sorry_server: local`: which port answers with which page. The thread
 * that serves them (sorry-worker.ts) begins with the first page and ends with the last one.
 *
 * IPVS sends clients there by NAT to the VIP itself at that port: what goes to an address of this
 * machine is delivered here, and its answers go back through IPVS (ip_vs_xmit.c, ip_vs_nat_xmit;
 * ip_vs_core.c, ip_vs_local_reply4). 127.0.0.1 would be refused there as a martian.
 */
import { Worker } from "node:worker_threads";
import { messageOf } from "../../model/error.ts";
import type { SorryAnswer, SorryOrder } from "./sorry-order.ts";

export interface SorryPagesParts {
  /** `portOf` answers differently now for this page. */
  readonly changed: (page: string | null) => void;
  readonly trouble: (text: string) => void;
}

/** A thread that ended is started again after so long. */
const againMs = 1000;

const idOf = (page: string | null): string => page ?? "";

export class SorryPages {
  readonly #parts: SorryPagesParts;
  readonly #ports = new Map<string, number>();
  #pages: ReadonlySet<string | null> = new Set();
  #worker: Worker | null = null;
  #again: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: SorryPagesParts) {
    this.#parts = parts;
  }

  /** Serves these pages and no others; all are read again. */
  serve(pages: ReadonlySet<string | null>): void {
    const before = this.#pages;
    this.#pages = pages;
    for (const page of before)
      if (!pages.has(page)) {
        this.#ports.delete(idOf(page));
        this.#order({ kind: "close", id: idOf(page) });
      }
    if (pages.size === 0) void this.#end();
    else this.#begin();
  }

  /** Where the page is served; null: nowhere, or not yet. */
  portOf(page: string | null): number | null {
    return this.#ports.get(idOf(page)) ?? null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    await this.#end();
  }

  #order(order: SorryOrder): void {
    this.#worker?.postMessage(order);
  }

  #begin(): void {
    if (this.#closed) return;
    this.#worker ??= this.#start();
    for (const page of this.#pages) this.#order({ kind: "serve", id: idOf(page), page });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./sorry-worker.ts", import.meta.url), {
      env: {},
      execArgv: [],
    });
    // It holds up no end of the process.
    worker.unref();
    worker.on("message", (answer: SorryAnswer) => this.#take(answer));
    worker.on("error", (thrown) => this.#parts.trouble(`the sorry pages: ${messageOf(thrown)}`));
    worker.on("exit", () => this.#lost(worker));
    return worker;
  }

  #take(answer: SorryAnswer): void {
    const page = answer.id === "" ? null : answer.id;
    if (!this.#pages.has(page)) return;
    if (answer.kind === "serving") this.#ports.set(answer.id, answer.port);
    else this.#parts.trouble(`the sorry page: ${answer.text}`);
    if (answer.kind === "closed") {
      this.#ports.delete(answer.id);
      this.#later();
    }
    if (answer.kind !== "trouble") this.#parts.changed(page);
  }

  #lost(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#ports.clear();
    for (const page of this.#pages) this.#parts.changed(page);
    this.#later();
  }

  #later(): void {
    if (this.#closed) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#begin(), againMs);
    this.#again.unref();
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#ports.clear();
    await worker?.terminate();
  }
}
