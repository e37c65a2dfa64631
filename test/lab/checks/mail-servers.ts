/** Postfix and Dovecot of a test: the user `probe` logs in with the password `geheim`. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { own } from "./accounts.ts";
import type { Certificate } from "./certificates.ts";
import { freePorts, type Program, place, start } from "./program.ts";

export interface Dovecot {
  readonly program: Program;
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
  /** The socket at which Postfix has its logins judged. */
  readonly auth: string;
}

export async function dovecot(context: TestContext, shown: Certificate): Promise<Dovecot> {
  const directory = place(context);
  const [imap = 0, imaps = 0, pop3 = 0, pop3s = 0] = await freePorts(4);
  const run = join(directory, "run");
  const mail = join(directory, "mail");
  mkdirSync(run);
  mkdirSync(mail);
  own(mail, "mail");
  const listener = (name: string, port: number) =>
    `  inet_listener ${name} {\n    port = ${port}\n  }`;
  const config = join(directory, "dovecot.conf");
  writeFileSync(
    config,
    `base_dir = ${run}
state_dir = ${run}
log_path = ${join(directory, "log")}
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <${shown.certificate}
ssl_key = <${shown.key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:${mail}/%u
passdb {
  driver = passwd-file
  args = ${join(directory, "users")}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${mail}
}
first_valid_uid = 1
service imap-login {
${listener("imap", imap)}
${listener("imaps", imaps)}
}
service pop3-login {
${listener("pop3", pop3)}
${listener("pop3s", pop3s)}
}
service auth {
  unix_listener postfix-auth {
    mode = 0666
  }
}
`,
  );
  writeFileSync(join(directory, "users"), "probe:{PLAIN}geheim\n");
  const program = await start(context, "/usr/sbin/dovecot", ["-F", "-c", config], { port: imap });
  return { program, imap, imaps, pop3, pop3s, auth: join(run, "postfix-auth") };
}

export interface Postfix {
  readonly program: Program;
  readonly smtp: number;
  readonly smtps: number;
  /** The mails that it has taken so far, as it keeps them. */
  readonly taken: () => string[];
}

/** `auth`: Dovecot's socket. Without TLS no login is offered. */
export async function postfix(
  context: TestContext,
  shown: Certificate,
  auth: string,
): Promise<Postfix> {
  const directory = place(context);
  const [smtp = 0, smtps = 0] = await freePorts(2);
  for (const name of ["etc", "queue", "data"]) mkdirSync(join(directory, name));
  own(join(directory, "data"), "postfix");
  writeFileSync(
    join(directory, "etc/main.cf"),
    `compatibility_level = 3.6
queue_directory = ${join(directory, "queue")}
data_directory = ${join(directory, "data")}
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
myhostname = mail.real.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_tls_cert_file = ${shown.certificate}
smtpd_tls_key_file = ${shown.key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${auth}
smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
smtpd_data_restrictions = check_client_access static:HOLD
`,
  );
  writeFileSync(
    join(directory, "etc/master.cf"),
    `127.0.0.1:${smtp} inet n - n - - smtpd
127.0.0.1:${smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
`,
  );
  const args = ["-c", join(directory, "etc"), "start-fg"];
  const program = await start(context, "/usr/sbin/postfix", args, { port: smtps });
  const hold = join(directory, "queue/hold");
  const etc = join(directory, "etc");
  const taken = (): string[] =>
    readdirSync(hold, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => execFileSync("postcat", ["-c", etc, "-q", name], { encoding: "utf8" }));
  return { program, smtp, smtps, taken };
}
