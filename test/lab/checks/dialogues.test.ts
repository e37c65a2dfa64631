import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { serverName } from "./certificates.ts";
import { freePorts, type Program, place, start } from "./program.ts";
import {
  at,
  certificatesOf,
  checkOf,
  judged,
  showDatagramDouble,
  showDouble,
  showProgram,
  showPrograms,
} from "./states.ts";

describe("ftp against vsftpd", () => {
  it("logs in, asks for a file's size, and fetches it", async (context) => {
    const directory = place(context);
    const [port = 0] = await freePorts(1);
    for (const name of ["root", "root/pub", "empty"]) {
      mkdirSync(join(directory, name));
      chmodSync(join(directory, name), 0o755);
    }
    writeFileSync(join(directory, "root/pub/ready"), "all OK\n", { mode: 0o644 });
    const config = join(directory, "vsftpd.conf");
    writeFileSync(
      config,
      `listen=YES
listen_address=127.0.0.1
listen_port=${port}
background=NO
anonymous_enable=YES
local_enable=NO
anon_root=${join(directory, "root")}
secure_chroot_dir=${join(directory, "empty")}
xferlog_enable=NO
seccomp_sandbox=NO
`,
    );
    const program = await start(context, "/usr/sbin/vsftpd", [config], { port });
    const password = join(directory, "password");
    writeFileSync(password, "geheim", { mode: 0o600 });
    const cases: readonly (readonly [written: string, said: RegExp])[] = [
      ["type: ftp", /^passed$/],
      ["type: ftp, path: /pub/ready", /^passed$/],
      [
        "type: ftp, path: /pub/none",
        /^unexpected: 213 expected after SIZE, got "550 Could not get/,
      ],
      ["type: ftp, path: /pub/ready, expect: OK", /^passed$/],
      [
        "type: ftp, path: /pub/ready, expect: '^all .K$', regex: true",
        /^unexpected: 7 bytes of file without a match/,
      ],
      [
        "type: ftp, path: /pub/ready, expect: KO",
        /^unexpected: 7 bytes of file without the expected text, got "all OK\\n"$/,
      ],
      [
        "type: ftp, path: /pub/none, expect: OK",
        /^unexpected: 150 or 125 expected after RETR, got "550 Failed/,
      ],
      [
        `type: ftp, user: nobody, password_file: ${password}`,
        /^unexpected: .* expected after USER, got "530 /,
      ],
    ];
    for (const [written, said] of cases)
      assert.match(await judged(checkOf(written), at(port)), said, written);
    await showProgram(context, "type: ftp, path: /pub/ready, expect: OK", port, program);
    await showDouble(context, "type: ftp", {
      says: "421 too many\r\n",
      judged: /^unexpected: 220 or 120 expected as the greeting, got "421 too many"$/,
    });
  });
});

describe("nntp against Leafnode", () => {
  async function leafnode(context: TestContext, port: number): Promise<Program> {
    const directory = place(context);
    const config = join(directory, "config");
    writeFileSync(config, "server = news.example.org\nexpire = 20\n", { mode: 0o644 });
    const hosts = join(directory, "hosts");
    writeFileSync(hosts, "127.0.0.1 news.lvsd-checks.net localhost\n");
    // It wants a machine with a unique name, and speaks to its standard input as inetd has it.
    const serve = `mount --bind ${hosts} /etc/hosts && hostname news.lvsd-checks.net &&
      exec systemd-socket-activate --inetd -a -l 127.0.0.1:${port} /usr/sbin/leafnode -F ${config}`;
    const args = ["--uts", "--mount", "/bin/sh", "-c", serve];
    return start(context, "/usr/bin/unshare", args, { port });
  }

  it("hears its greeting", async (context) => {
    const [port = 0] = await freePorts(1);
    await showProgram(context, "type: nntp", port, await leafnode(context, port));
  });

  it("hears it over TLS, which socat speaks for it, by each kind of certificate", async (context) => {
    const { ca, of } = certificatesOf(context);
    const [clear = 0] = await freePorts(1);
    await leafnode(context, clear);
    const check = `type: nntps, tls: { ca: ${ca}, sni: ${serverName} }`;
    for (const [kind, said] of [
      ["expired", /^tls: the certificate has expired/],
      ["self-signed", /^tls: the certificate is self-signed/],
      ["wrong name", /^tls: .*real\.example/],
      ["sound", /^passed$/],
    ] as const) {
      const [port = 0] = await freePorts(1);
      const { certificate, key } = of[kind];
      const listen = `OPENSSL-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,verify=0`;
      const args = [`${listen},cert=${certificate},key=${key}`, `TCP:127.0.0.1:${clear}`];
      const program = await start(context, "/usr/bin/socat", args, { port });
      assert.match(await judged(checkOf(check), at(port)), said, kind);
      if (kind === "sound") await showProgram(context, check, port, program);
      else await program.stop();
    }
  });
});

describe("sip against Kamailio", () => {
  it("asks over UDP, TCP and TLS", async (context) => {
    const directory = place(context);
    const { ca, of } = certificatesOf(context);
    const run = async (shown: { certificate: string; key: string }, name: string) => {
      const [port = 0, tls = 0] = await freePorts(2);
      const config = join(directory, `${name}.cfg`);
      mkdirSync(join(directory, name));
      writeFileSync(
        config,
        `#!KAMAILIO
debug=0
log_stderror=yes
children=1
auto_aliases=no
enable_tls=yes
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
listen=tls:127.0.0.1:${tls}
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "tls.so"
modparam("tls", "private_key", "${shown.key}")
modparam("tls", "certificate", "${shown.certificate}")
modparam("tls", "tls_method", "TLSv1.2+")
request_route {
  if (is_method("OPTIONS") && $fU != "stranger") { sl_send_reply("200", "OK"); exit; }
  sl_send_reply("404", "Not here");
}
`,
      );
      const args = ["-f", config, "-DD", "-E", "-m", "64", "-M", "8", "-Y", join(directory, name)];
      return {
        port,
        tls,
        program: await start(context, "/usr/sbin/kamailio", args, { port: tls }),
      };
    };
    const { port, tls, program } = await run(of.sound, "sound");
    const own = `tls: { ca: ${ca}, sni: ${serverName} }`;
    const to = (written: string, where = port) =>
      judged(checkOf(`type: sip, ${written}`), at(where));
    assert.equal(await to("protocol: udp"), "passed");
    assert.equal(await to("protocol: tcp"), "passed");
    assert.equal(await to(`protocol: tls, ${own}`, tls), "passed");
    assert.equal(
      await to("protocol: udp, user: stranger"),
      'unexpected: status 200-299 expected after OPTIONS, got "SIP/2.0 404 Not here"',
    );
    assert.equal(await to("protocol: udp, user: stranger, status: [200, 404]"), "passed");
    await showPrograms(
      context,
      [
        { written: "type: sip, protocol: udp", port, protocol: "udp" },
        { written: "type: sip, protocol: tcp", port },
        { written: `type: sip, protocol: tls, ${own}`, port: tls },
      ],
      program,
    );
    for (const [kind, why] of [
      ["expired", /^tls: the certificate has expired/],
      ["self-signed", /^tls: the certificate is self-signed/],
      ["wrong name", /^tls: .*real\.example/],
    ] as const) {
      const other = await run(of[kind], kind.replace(" ", "-"));
      assert.match(await to(`protocol: tls, ${own}`, other.tls), why);
      await other.program.stop();
    }
    const wrong = {
      says: "HTTP/1.1 200 OK\r\n",
      judged: /^unexpected: SIP\/2\.0 and a status expected/,
    };
    await showDouble(context, "type: sip, protocol: tcp", wrong);
    await showDatagramDouble(context, "type: sip, protocol: udp", wrong);
  });
});

describe("rtsp against Debian's rtsp-server-perl", () => {
  it("asks for its options", async (context) => {
    const [client = 0, source = 0] = await freePorts(2);
    const listen = ["--client_listen_address", "127.0.0.1", "--source_listen_address", "127.0.0.1"];
    const args = ["--clientport", `${client}`, "--serverport", `${source}`, ...listen];
    const program = await start(context, "/usr/bin/rtsp-server-perl", args, { port: client });
    assert.equal(await judged(checkOf("type: rtsp, path: /camera1"), at(client)), "passed");
    await showProgram(context, "type: rtsp", client, program);
    await showDouble(context, "type: rtsp", {
      says: "RTSP/1.0 503 Service Unavailable\r\n\r\n",
      judged: /^unexpected: status 200-299 expected after OPTIONS, got "RTSP\/1\.0 503 /,
    });
  });
});
