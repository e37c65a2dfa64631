/**
 * Leads checks through IPVS where they ask for it (`via: service`): by what mark, from which of
 * this router's addresses, and whether the kernel can do it now.
 *
 * Only the router that holds the VIPs can prove the way of its clients: with NAT the answers go to
 * the gateway, which is there. Any other router's checks go straight. What this router lacks is its
 * own trouble and says nothing of a real server; the standby of an active router finds it out too,
 * so that no hand-over goes to a router that lacks the same.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Path } from "../../check/type.ts";
import type { RunCheck, Tried } from "../../checks/check.ts";
import { failed } from "../../checks/check-result.ts";
import { addressesOf, type Check } from "../../config/config.ts";
import { heardMessage, type Router } from "../../failover/router.ts";
import { family, type IpAddress, printEndpoint } from "../../model/address.ts";
import { printService } from "../../model/service.ts";
import { between, type Instant, seconds } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import { privateIdentity } from "../../table/private-services.ts";
import type { Table } from "../../table/table.ts";
import type { Part, PartContext } from "../part.ts";
import { fromOrigins } from "./origins.ts";

/**
 * A router that has just become active is not yet known everywhere: real servers may look for their
 * gateway where it was before. Checks go straight for so long.
 */
const settledAfter = seconds(3);
/** Where the service of a check that is new is awaited, in ms, and how often it is looked for. */
const awaitedMax = 1000;
const lookEvery = 25;

export class ServicePaths implements Part {
  readonly #context: PartContext;
  /** As last read; null: nothing is known of it. */
  readonly #table: () => Table | null;
  /** Since when this router is active; null: it is not. */
  #activeSince: Instant | null = null;
  /** The peer is active: what is tried here decides over no traffic. */
  #spare = false;
  #interfaces: readonly Interface[] = [];
  readonly #straight: RunCheck;

  constructor(context: PartContext, table: () => Table | null) {
    this.#context = context;
    this.#table = table;
    this.#straight = fromOrigins(context.doors.runCheck, () => context.running());
  }

  stepped(router: Router): void {
    const { state } = router;
    this.#spare = state !== "active" && heardMessage(router)?.state === "active";
    if (state !== "active") this.#activeSince = null;
    else this.#activeSince ??= this.#context.doors.now();
  }

  interfacesRead(interfaces: readonly Interface[]): void {
    this.#interfaces = interfaces;
  }

  /** Runs a check the way that it asks for. */
  readonly run: RunCheck = (check, endpoint, signal, transcript) => {
    const path = pathOf(check);
    const leads = path !== null && this.#isSettled();
    if (path === null || !(leads || this.#spare))
      return this.#straight(check, endpoint, signal, transcript);
    return this.#led(path, leads, [check, endpoint, signal, transcript]);
  };

  async #led(path: Path, leads: boolean, given: Parameters<RunCheck>): Promise<Tried> {
    const [check, endpoint, signal, transcript] = given;
    const { runCheck } = this.#context.doors;
    const ready = await this.#ready(check, path, signal);
    if ("kind" in ready) return ready;
    if (!leads) return this.#straight(check, endpoint, signal, transcript);
    const { source } = ready;
    const to = printEndpoint(path.vip, path.port);
    transcript?.note(`through the service: from ${source} to ${to}, mark ${path.mark}`);
    return runCheck(check, { ...endpoint, path: { ...path, source } }, signal, transcript);
  }

  #isSettled(): boolean {
    const since = this.#activeSince;
    return since !== null && between(since, this.#context.doors.now()) >= settledAfter;
  }

  /** The address that the try comes from; a failure where the kernel would not lead it there. */
  async #ready(
    check: Check,
    path: Path,
    signal: AbortSignal,
  ): Promise<{ readonly source: IpAddress } | Tried> {
    const { now } = this.#context.doors;
    const started = now();
    const not = (why: string): Tried => ({
      ...failed("local", `via: service: ${why}`),
      took: between(started, now()),
    });
    const source = this.#sourceFor(path.vip);
    if (source === null) return not(`this router has no IPv${family(path.vip)} address of its own`);
    const dropped = this.#dropped(path);
    if (dropped !== null) return not(dropped);
    const service = printService(privateIdentity(path.mark, path.vip));
    const timeout = check.type === "none" ? 0 : check.timeout;
    const until = started + Math.min(awaitedMax, timeout / 2);
    while (this.#table()?.has(service) !== true) {
      if (now() >= until || signal.aborted) return not(`the kernel has no ${service}`);
      await sleep(lookEvery);
    }
    return { source };
  }

  /**
   * On the VIP's device if there is one, where real servers answer and accept_local is set. Without
   * a word the kernel would take the VIP itself.
   */
  #sourceFor(vip: IpAddress): IpAddress | null {
    const { config, role, vips } = this.#context.running();
    const of = family(vip);
    const device = this.#deviceOf(vip);
    const floating = new Set(vips.map(({ prefix }) => prefix.address));
    const near = this.#interfaces
      .filter(({ name }) => name === device)
      .flatMap(({ addresses }) => addresses)
      .filter(
        ({ source, tentative, prefix }) => source && !tentative && family(prefix.address) === of,
      )
      .map(({ prefix }) => prefix.address)
      .filter((each) => !floating.has(each) && !isLinkLocal(each));
    const own = addressesOf(config, role);
    const configured = [own?.public ?? null, own?.private ?? null].filter(
      (each) => each !== null && family(each) === of,
    );
    return near.find((each) => configured.includes(each)) ?? near[0] ?? configured[0] ?? null;
  }

  /** Why the kernel would drop the answer; null: it takes it (ip-sysctl: accept_local). */
  #dropped({ vip, forwarding }: Path): string | null {
    const device = this.#deviceOf(vip);
    if (family(vip) !== 4 || forwarding === "nat" || device === null) return null;
    const { sysctl } = this.#context.doors;
    const names = [device, "all"].map((each) => `net/ipv4/conf/${each}/accept_local`);
    if (names.some((name) => sysctl.read(name) === "1")) return null;
    return `${names[0]?.replaceAll("/", ".")} is not 1, so that answers from the VIP are dropped`;
  }

  #deviceOf(vip: IpAddress): string | null {
    const found = this.#context.running().vips.find(({ prefix }) => prefix.address === vip);
    return found?.device ?? null;
  }
}

const pathOf = (check: Check): Path | null => (check.type === "none" ? null : (check.via ?? null));

/** fe80::/10 (RFC 4291): another machine's answer would need the device as well. */
const isLinkLocal = (address: IpAddress): boolean => /^fe[89ab]/.test(address);
