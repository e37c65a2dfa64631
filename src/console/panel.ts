/**
 * What a panel of the console is: one declaration, from which its page, its place in the menu, who
 * may open it, its live parts and its forms follow. A panel is a file in panels/ and one line in
 * panels.ts.
 */
import type { ControlClient } from "../control/client.ts";
import type { Access } from "../control/request.ts";
import type { Problem } from "../keys/problem.ts";
import type { UserDraft } from "./drafts/drafts.ts";
import type { Part } from "./forms/field.ts";
import type { Html } from "./html.ts";
import type { Language } from "./messages/message.ts";
import type { PlainKey, Say } from "./messages/messages.ts";
import type { Session } from "./users/sessions.ts";
import type { User } from "./users/user.ts";
import type { UsersFile } from "./users/users-file.ts";
import type { Examination } from "./watch/examination.ts";
import type { Watched } from "./watch/watch.ts";

/** What a page is made of. */
export interface Model {
  readonly say: Say;
  readonly language: Language;
  readonly user: User;
  readonly session: Session;
  /** What is known of the routers, at most a second old. */
  readonly watched: Watched;
  /** What stands behind the `?`. */
  readonly query: URLSearchParams;
  /** The daemon, asked in the name of the user. Its methods throw MachineError. */
  readonly client: ControlClient;
  /** What doctor found, for all browsers. */
  readonly examination: Pick<Examination, "state" | "begin">;
  /** What the user has changed of the configuration and not applied yet. */
  readonly draft: UserDraft;
  readonly users: UsersFile;
  /** The hidden field that each form with `method="post"` must hold. */
  readonly token: Html;
  /** Seconds between two updates of the live parts; null: they do not update by themselves. */
  readonly every: number | null;
  /** Every panel that the user may open, in the order of the menu. */
  readonly panels: readonly Panel[];
  /** One line for the console's log, behind the user's name. */
  readonly note: (what: string) => void;
  /** Counts one attempt at the user's own password; false: too many, it is not to be looked at. */
  readonly attempt: () => boolean;
  /** Whether the user may do what takes `access` (to this virtual server). */
  readonly may: (access: Access, virtualServer?: string | null) => boolean;
}

/** Parts of a page that change by themselves, by their id; `id` must be unique on the page. */
export type LiveParts = Readonly<Record<string, Html>>;

/** What came of a form. */
export type Acted =
  /** Goes to a page, with one line that says what was done. */
  | { readonly kind: "done"; readonly text: string; readonly to: string }
  /** The daemon or the machine refused; the same page says so. */
  | { readonly kind: "refused"; readonly problems: readonly Problem[]; readonly to: string }
  /** The form again, with what is wrong with it (status 422). */
  | { readonly kind: "again"; readonly content: Html }
  /** A page that answers and changes nothing. */
  | { readonly kind: "shown"; readonly content: Html }
  /** The user may not do this, whatever the page shows (status 403). */
  | { readonly kind: "forbidden" }
  /** A file to copy or to keep. */
  | { readonly kind: "file"; readonly name: string; readonly text: string };

/** A form's fields; a name may stand several times. */
export type Form = URLSearchParams;

export type Action = (model: Model, form: Form) => Promise<Acted>;

/** Fields of forms; `under`: where they stand, as docs/configuration.md names places. */
export interface EditedKeys {
  readonly under: string;
  readonly parts: readonly Part[];
}

export interface Panel {
  /** Begins with a slash; unique. */
  readonly path: `/${string}`;
  readonly title: PlainKey;
  /** Who may open it. */
  readonly access: Access;
  /** The panel of the menu that it belongs to, where it is not in the menu itself. */
  readonly within?: `/${string}`;
  /** Whether the menu shows it; default true. */
  readonly menu?: boolean;
  /** One paragraph for HELP: what it is for. */
  readonly help: PlainKey;
  /** The keys of the configuration that its forms change. */
  readonly edits?: readonly EditedKeys[];
  /** What stands in the page's main part. */
  readonly render: (model: Model) => Html | Promise<Html>;
  /** The parts that change by themselves, by the id of the element that holds each. */
  readonly live?: (model: Model) => LiveParts;
  /** By the last word of the path: `POST /control/switchover`. Each looks itself at `model.may`. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** Bytes that its forms may have; default 64 KiB. */
  readonly formBytesMax?: number;
  /** Whether its forms may have files (web/uploads.ts); default false. */
  readonly takesFiles?: boolean;
}
