/** The types of checks that there are: one line for each, in the order of the documentation. */
import { ldap, ldaps } from "./database/ldap.ts";
import { memcached } from "./database/memcached.ts";
import { mysql } from "./database/mysql.ts";
import { pgsql } from "./database/pgsql.ts";
import { redis } from "./database/redis.ts";
import { command } from "./generic/command.ts";
import { file } from "./generic/file.ts";
import { none } from "./generic/none.ts";
import { ping } from "./generic/ping.ts";
import { sendExpectType } from "./generic/send-expect.ts";
import { tcp } from "./generic/tcp.ts";
import { udp } from "./generic/udp.ts";
import { imap, imaps } from "./mail/imap.ts";
import { nntp, nntps } from "./mail/nntp.ts";
import { pop3, pop3s } from "./mail/pop3.ts";
import { smtp, smtps, submission } from "./mail/smtp.ts";
import { bfd } from "./network/bfd.ts";
import { dns } from "./network/dns.ts";
import { ntp } from "./network/ntp.ts";
import { radius } from "./network/radius.ts";
import { ftp } from "./transfer/ftp.ts";
import type { CheckType, ValueOf } from "./type.ts";
import { rtsp } from "./voice/rtsp.ts";
import { sip } from "./voice/sip.ts";
import { grpc } from "./web/grpc.ts";
import { http, https } from "./web/http.ts";

// biome-ignore format: one line for each type, so that types are added without conflicts
export const declaredTypes = [
  none,
  ping,
  bfd,
  tcp,
  udp,
  http,
  https,
  grpc,
  sendExpectType,
  smtp,
  smtps,
  submission,
  pop3,
  pop3s,
  imap,
  imaps,
  nntp,
  nntps,
  ldap,
  ldaps,
  mysql,
  pgsql,
  redis,
  memcached,
  dns,
  radius,
  ntp,
  ftp,
  sip,
  rtsp,
  file,
  command,
] as const;

type Declared = (typeof declaredTypes)[number];

/** The words of `type:`. */
export type CheckTypeName = Declared["name"];
export const checkTypeNames: readonly CheckTypeName[] = declaredTypes.map(({ name }) => name);

/** The checks that have tries. */
export type TriedCheck = ValueOf<Exclude<Declared, typeof none>>;

const byName: ReadonlyMap<string, CheckType> = new Map(
  declaredTypes.map((type): [string, CheckType] => [type.name, type]),
);

export function typeNamed(name: CheckTypeName): CheckType {
  const type = byName.get(name);
  if (type === undefined) throw new RangeError(`no type of check is called ${name}`);
  return type;
}
