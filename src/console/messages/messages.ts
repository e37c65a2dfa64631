/** Every message of the console, and how a page says one. */
import { accountMessages } from "./account.ts";
import { adviceMessages } from "./advice.ts";
import { checkMessages } from "./checks.ts";
import { controlMessages } from "./control.ts";
import { fieldMessages } from "./fields.ts";
import { firstFilesMessages } from "./first-files.ts";
import { formMessages } from "./forms.ts";
import { frameMessages } from "./frame.ts";
import { graphsMessages } from "./graphs.ts";
import { helpMessages } from "./help.ts";
import { maintenanceMessages } from "./maintenance.ts";
import { filled, type Language, type ValuesOf } from "./message.ts";
import { monitorMessages, stateMessages } from "./monitor.ts";
import { reviewMessages } from "./review.ts";

/** By key. A panel's messages stand in a file of their own. */
export const messages = {
  ...frameMessages,
  ...accountMessages,
  ...checkMessages,
  ...controlMessages,
  ...adviceMessages,
  ...firstFilesMessages,
  ...graphsMessages,
  ...monitorMessages,
  ...helpMessages,
  ...maintenanceMessages,
  ...fieldMessages,
  ...formMessages,
  ...reviewMessages,
  ...stateMessages,
} as const;

export type MessageKey = keyof typeof messages;
type TextOf<Key extends MessageKey> = (typeof messages)[Key]["en"];

/** Says a message in the language of the page. */
export type Say = <Key extends MessageKey>(key: Key, ...values: ValuesOf<TextOf<Key>>) => string;

/** A key whose message takes no value. */
export type PlainKey = {
  [Key in MessageKey]: ValuesOf<TextOf<Key>> extends [] ? Key : never;
}[MessageKey];

export const sayIn =
  (language: Language): Say =>
  (key, ...[values]) =>
    filled(messages[key][language], values ?? {});
