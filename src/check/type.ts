/**
 * The contract of a check type. A type is one declaration (`checkType`) in a file of its own, and
 * one line in check-types.ts. From it follow how its keys are read and settled, lvsd.schema.json,
 * docs/checks.md, what `check --here` looks for, what a configuration from outside may name, which
 * checks are equal, and how a try runs (checks/check.ts). docs/hacking.md has an example.
 */
import type { Draft, Keys, ReadOf } from "../keys/section.ts";
import type { IpAddress } from "../model/address.ts";
import type { Origin } from "../model/origin.ts";
import type { Forwarding } from "../model/service.ts";
import type { Ms } from "../model/time.ts";
import type { Dialogue } from "./dialogue.ts";
import type { GivenOrigin } from "./origin-keys.ts";
import type { FailureReason } from "./reason.ts";

/**
 * The way that the virtual server's clients take: through IPVS, by the real server's forwarding
 * method, to the VIP. The mark leads there by a service of its own (config/forwarding/paths.ts).
 */
export interface Path {
  readonly mark: number;
  readonly vip: IpAddress;
  /** As clients address it; NAT may change it. */
  readonly port: number;
  /** Of the real server; without `nat` the VIP itself answers. */
  readonly forwarding: Forwarding;
}

/** What every check has whatever its type. */
export interface Carried {
  /** Left out: straight to the real server. Null until the whole configuration is known. */
  readonly via?: Path | null;
  /** Left out: its tries come from wherever the kernel says. */
  readonly from?: GivenOrigin;
}

/** The rhythm of a check; `timeout` bounds one try, everything included. */
export interface Rhythm {
  readonly interval: Ms;
  readonly timeout: Ms;
  /** Tries in a row to go down. */
  readonly fall: number;
  /** From a failed try to the next while it is not down; left out: `interval`. */
  readonly fallInterval?: Ms;
  /** Tries in a row to come up. */
  readonly rise: number;
}

/** The values of a type's keys when all of them are sound. */
export type Sound<K extends Keys> = { readonly [P in keyof K]: ReadOf<K[P]> };

/** What settling knows of its surroundings, and where it complains. */
export interface SettleContext {
  /** Of the virtual server; undefined when that is faulty. */
  readonly protocol: "tcp" | "udp" | undefined;
  /** Whether the operator wrote this key, here or in a layer below. */
  gives(key: string): boolean;
  /** Adds a problem at the key (null: at the check itself); the key's path is put before it. */
  complain(key: string | null, message: string, hint: string): void;
  /** The values of a map that is a key's value; undefined when they are faulty. */
  inner<K extends Keys>(keys: K, draft: Draft<K> | null, key: string): Sound<K> | undefined;
  /** Makes a path absolute that is relative to the configuration file. */
  absolute(path: string): string;
}

/** Where a try goes. */
export interface Aim {
  readonly address: IpAddress;
  readonly port: number;
  /** Through IPVS, from this address of the router; left out: straight there. */
  readonly path?: Path & { readonly source: IpAddress };
  /** Left out: from wherever the kernel says. */
  readonly origin?: Origin;
}

/** For which virtual server a real server is checked, and with which weight it serves it. */
export interface Served {
  /** Its address; of a firewall mark without one the mark. */
  readonly vip: string;
  /** 0: a firewall mark. */
  readonly port: number;
  readonly weight: number;
}

/** How TLS is spoken; settled from the key `tls` (check-keys.ts). */
export interface TlsOptions {
  /** Server name indication; null: the `host` of the request, if it is a name. */
  readonly sni: string | null;
  /** PEM file of the authorities; null: the system's. */
  readonly ca: string | null;
  readonly verify: boolean;
  /** PEM file of the certificate that this router shows; null: it shows none. */
  readonly certificate: string | null;
  /** PEM file of its key; null: the certificate's file has it. */
  readonly key: string | null;
  /** The lowest version that is spoken. */
  readonly minimum: TlsVersion;
  /** The server's certificate is warned of so long before its end; 0: never. */
  readonly warnBefore: Ms;
}

export const tlsVersions = ["1.0", "1.1", "1.2", "1.3"] as const;
export type TlsVersion = (typeof tlsVersions)[number];

/** How a dialogue's bytes travel. */
export interface Transport {
  readonly protocol: "tcp" | "udp";
  /** Null: no TLS. `upgrade`: begins in the clear until the dialogue takes the turn `secure`. */
  readonly tls: {
    readonly options: TlsOptions;
    readonly upgrade: boolean;
    /** The protocol to negotiate (ALPN, RFC 7301); null: none is offered. */
    readonly alpn: string | null;
  } | null;
}

/** What a dialogue is begun with: everything that a pure function cannot have by itself. */
export interface Beginning {
  readonly aim: Aim;
  /** The content of `password_file`; null without one. Never put it in a reason. */
  readonly password: string | null;
  /** The content of `secret_file`; likewise. */
  readonly secret: string | null;
  /** 32 random bytes: identifiers, authenticators, nonces. */
  readonly random: Uint8Array;
}

/** How a try of a type runs. `Own` is the value that `settle` makes. */
export type Runs<Own> =
  /** Never: the real server counts as up. */
  | { readonly by: "nothing" }
  /** A pure dialogue; without `begin`, or where it returns null, to connect is all. */
  | {
      readonly by: "dialogue";
      transport(check: Own): Transport;
      begin?(check: Own, beginning: Beginning): Dialogue | null;
    }
  /** A module of checks/, by its name in checks/drivers.ts, which does everything itself. */
  | { readonly by: "driver"; readonly driver: string; readonly startsProcess?: boolean };

export interface CheckType<
  Name extends string = string,
  K extends Keys = Keys,
  Own extends object = object,
> {
  /** `type:` in the configuration. */
  readonly name: Name;
  /** Two cells of a table in docs/checks.md: what a try does, and when it passes. */
  readonly does: string;
  readonly passes: string;
  /** Further lines of docs/checks.md, in Markdown: bounds, what is sent, what is believed. */
  readonly help: readonly string[];
  /** Its keys without the rhythm. Groups that types share are in check-keys.ts. */
  readonly keys: K;
  /** The reasons by which it fails, with what to do, where reason.ts does not say enough. */
  readonly reasons: Partial<Readonly<Record<FailureReason, string>>>;
  /** The value of `check:` as an operator writes it, in YAML; a test reads it. */
  readonly example: string;
  /** For examples of types that need it; else tcp. */
  readonly exampleProtocol?: "udp";
  /**
   * From the values of the keys to the value that runs: plain data, equal for checks that do the
   * same. Undefined after a complaint.
   */
  settle(values: Sound<K>, context: SettleContext): Own | undefined;
  /** Why its tries cannot go through IPVS (`via: service`); left out: they can. */
  readonly straightOnly?: string;
  /** For types whose check differs from one real server to the next: fills that in. */
  served?(check: Own, by: Served): Own;
  /** Stands behind `settle`, from which TypeScript learns what `Own` is. */
  readonly runs: Runs<Own>;
}

/** What a check of this type is in a Config. */
export type ValueOf<T> =
  T extends CheckType<infer Name, infer _Keys, infer Own>
    ? Rhythm & Carried & { readonly type: Name } & Own
    : never;

/** Declares a type: the identity function, for the types that it infers. */
export const checkType = <const Name extends string, K extends Keys, Own extends object>(
  declared: CheckType<Name, K, Own>,
): CheckType<Name, K, Own> => declared;
