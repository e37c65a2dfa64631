/** What the routes of the console are made with. */
import type { ControlClient } from "../../control/client.ts";
import type { Drafts } from "../drafts/drafts.ts";
import type { ConsoleSettings } from "../settings.ts";
import type { Attempts } from "../users/attempts.ts";
import type { Sessions } from "../users/sessions.ts";
import type { UsersFile } from "../users/users-file.ts";
import type { Examination } from "../watch/examination.ts";
import type { Watch } from "../watch/watch.ts";
import type { Assets } from "./assets.ts";

export interface ConsoleParts {
  /** In force now: `allow` counts from the next request on. */
  readonly settings: () => ConsoleSettings;
  readonly watch: Watch;
  readonly users: UsersFile;
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly drafts: Drafts;
  readonly examination: Examination;
  readonly assets: Assets;
  /** The daemon, asked in the name of a user. */
  readonly clientOf: (user: string) => ControlClient;
  /** One line for the log of the console. */
  readonly log: (severity: "info" | "warn" | "error", text: string) => void;
  /** 256 bits that only this process knows: what forms outside a session are signed with. */
  readonly secret: Buffer;
}
