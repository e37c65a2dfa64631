/**
 * What a request of the control interface is: one declaration, from which the server's routes, the
 * client's methods, the daemon's side and the documentation follow.
 */
import type { Refusal } from "./api.ts";

/** Kinds of options, which stand in the query or in a JSON body, and of names in the path. */
export interface OptionKinds {
  readonly flag: boolean;
  /** A whole number from 1; left out it is 1. */
  readonly count: number;
  /** A whole number of milliseconds; left out it is null. */
  readonly ms: number | null;
  /** Text of at most 4096 characters; left out it is null. */
  readonly text: string | null;
}

export type OptionKind = keyof OptionKinds;

/** `read`: shows; `operate`: changes what the routers do; `configure`: changes the configuration. */
export type Access = "read" | "operate" | "configure";

export interface RequestDeclaration {
  readonly method: "GET" | "POST" | "PUT";
  /** `{name}` stands for a name of the configuration. */
  readonly path: string;
  readonly options?: Readonly<Record<string, OptionKind>>;
  /** True: the body is a text (a configuration), and options stand in the query alone. */
  readonly takesText?: true;
  readonly access: Access;
  /** The client waits for so long; work on a large table takes its time. */
  readonly msMax: number;
  /** One sentence for the documentation. */
  readonly does: string;
}

/** A declared request; `Report` is what it answers, `Declared` what it takes. */
export interface RequestType<Report, Declared extends RequestDeclaration> {
  readonly declared: Declared;
  /** Whether it can be refused with problems; where not, any failure is an error. */
  readonly refuses: boolean;
  /** Never there: carries the type. */
  readonly report?: Report;
}

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

type OptionsOf<Declared extends RequestDeclaration> =
  Declared["options"] extends Readonly<Record<string, OptionKind>>
    ? { readonly [Name in keyof Declared["options"]]: OptionKinds[Declared["options"][Name]] }
    : unknown;

/** What a request takes: names of its path, options, the text of its body. */
export type GivenOf<Type> =
  Type extends RequestType<unknown, infer Declared>
    ? { readonly [Name in NamesIn<Declared["path"]>]: string } & OptionsOf<Declared> &
        (Declared["takesText"] extends true ? { readonly text: string } : unknown)
    : never;

/** What a client gives: options may be left out. */
export type AskedOf<Type> =
  Type extends RequestType<unknown, infer Declared>
    ? { readonly [Name in NamesIn<Declared["path"]>]: string } & Partial<OptionsOf<Declared>> &
        (Declared["takesText"] extends true ? { readonly text: string } : unknown)
    : never;

export type ReportOf<Type> =
  Type extends RequestType<infer Report, RequestDeclaration> ? Report : never;

/** What it comes to. */
export type AnswerOf<Type> = Type extends { readonly refuses: false }
  ? ReportOf<Type>
  : ReportOf<Type> | Refusal;

/** Longest wait for an answer that the daemon has ready. */
const reportMsMax = 5000;
/** Longest wait for work: reading a large configuration, one batch of a large table. */
const workMsMax = 120_000;

type Without<Key extends string> = Omit<RequestDeclaration, Key>;

/** A request that shows something and is never refused. */
export const shows =
  <Report>() =>
  <const Declared extends Without<"method" | "access" | "msMax"> & { readonly msMax?: number }>(
    declared: Declared,
  ) => {
    const whole = { msMax: reportMsMax, ...declared, method: "GET", access: "read" } as const;
    return { declared: whole, refuses: false } as unknown as RequestType<
      Report,
      Declared & { readonly method: "GET"; readonly access: "read"; readonly msMax: number }
    > & { readonly refuses: false };
  };

/** A request that the daemon may refuse. */
export const acts =
  <Report extends { readonly ok: true }>() =>
  <const Declared extends Without<"method" | "msMax"> & { readonly method?: "GET" | "PUT" }>(
    declared: Declared,
  ) => {
    const whole = { method: "POST", msMax: workMsMax, ...declared } as const;
    // The method that is left out is POST, which no type that is made of this one asks for.
    return { declared: whole, refuses: true } as unknown as RequestType<
      Report,
      Declared & Pick<RequestDeclaration, "method" | "msMax">
    > & { readonly refuses: true };
  };
