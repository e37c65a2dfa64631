/** Events, as they are mailed. */
import type { EventBody, LvsdEvent } from "../../../src/model/event.ts";
import { sentenceOf, severityOf } from "../../../src/model/event-text.ts";

export const mailed = (body: EventBody): LvsdEvent => ({
  ...body,
  at: "2026-01-01T00:00:00.000Z",
  severity: severityOf(body),
  message: sentenceOf(body),
});

export const server = (kind: "up" | "down", of: string, name: string): LvsdEvent =>
  mailed({
    event: "real_server",
    kind,
    virtual_server: of,
    real_server: name,
    address: "192.0.2.1:80",
    cause: "a test",
  });

export const virtualServer = (kind: "up" | "down", name: string): LvsdEvent =>
  mailed({ event: "virtual_server", kind, virtual_server: name, cause: "a test" } as EventBody);
