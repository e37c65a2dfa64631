import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { tryOnce } from "../../checks/servers.ts";
import { type Certificate, serverName } from "./certificates.ts";
import { freePorts, place, start } from "./program.ts";
import { at, certificatesOf, checkOf, judged, showDouble, showProgram } from "./states.ts";

/** nginx with a page, a login (probe, geheim), a POST that tells what came, and old HTTP. */
async function nginx(context: TestContext, shown: Certificate, ca: string) {
  const directory = place(context);
  const [http = 0, https = 0] = await freePorts(2);
  const root = join(directory, "root");
  mkdirSync(root);
  writeFileSync(join(root, "index.html"), "all is well\n");
  const sum = createHash("sha1").update("geheim").digest("base64");
  writeFileSync(join(root, "users"), `probe:{SHA}${sum}\n`);
  for (const name of ["index.html", "users"]) chmodSync(join(root, name), 0o644);
  const config = join(directory, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(directory, name)};`)
    .join("\n  ");
  writeFileSync(
    config,
    `daemon off;
worker_processes 1;
pid ${join(directory, "pid")};
error_log stderr;
events {}
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${http};
    listen 127.0.0.1:${https} ssl;
    ssl_certificate ${shown.certificate};
    ssl_certificate_key ${shown.key};
    ssl_protocols TLSv1.2;
    ssl_client_certificate ${ca};
    ssl_verify_client optional;
    root ${root};
    location = /private { auth_basic x; auth_basic_user_file ${join(root, "users")}; try_files /index.html =404; }
    location = /method { return 200 "$request_method $content_length"; }
    location = /client { if ($ssl_client_verify != SUCCESS) { return 403; } return 200 "known"; }
    location = /moved { return 302 /; }
    location = /broken { return 503; }
  }
}
`,
  );
  const program = await start(context, "/usr/sbin/nginx", ["-c", config, "-e", "stderr"], {
    port: https,
  });
  return { directory, http, https, program };
}

describe("http and https against nginx", () => {
  it("methods, a body, a login, a digest, redirections", async (context) => {
    const { ca, of } = certificatesOf(context);
    const { directory, http, program } = await nginx(context, of.sound, ca);
    const passwords = ["geheim", "wrong"].map((password) => {
      const path = join(directory, password);
      writeFileSync(path, password, { mode: 0o600 });
      return path;
    });
    const digest = createHash("md5").update("all is well\n").digest("hex");
    const cases: readonly (readonly [written: string, said: RegExp])[] = [
      ["path: /, expect: well", /^passed$/],
      ["path: /, expect: 'w.ll', regex: true", /^passed$/],
      ["path: /, method: HEAD", /^passed$/],
      [`path: /, digest: ${digest.toUpperCase()}`, /^passed$/],
      [
        `path: /, digest: ${"0".repeat(32)}`,
        new RegExp(`^unexpected: digest ${digest}, expected 0`),
      ],
      ["path: /method, method: POST, body: 'grün', expect: 'POST 5'", /^passed$/],
      ["path: /method, method: OPTIONS, expect: OPTIONS", /^passed$/],
      [`path: /private, user: probe, password_file: ${passwords[0]}`, /^passed$/],
      [
        `path: /private, user: probe, password_file: ${passwords[1]}`,
        /^unexpected: status 401, expected 200-299$/,
      ],
      ["path: /moved", /^unexpected: status 302, expected 200-299$/],
      ["path: /moved, status: 302", /^passed$/],
      ["path: /broken, status: 200-399", /^unexpected: status 503, expected 200-399$/],
    ];
    for (const [written, said] of cases)
      assert.match(await judged(checkOf(`type: http, ${written}`), at(http)), said, written);
    await showProgram(context, "type: http", http, program);
  });

  it("certificates, a client's certificate, the lowest version, and a certificate that ends", async (context) => {
    const { ca, of } = certificatesOf(context);
    const to = (written: string, port: number) =>
      judged(checkOf(`type: https, ${written}`), at(port));
    const own = `ca: ${ca}, sni: ${serverName}`;
    const { https, http, program } = await nginx(context, of.sound, ca);
    assert.equal(await to(`tls: { ${own} }`, https), "passed");
    assert.match(await to(`path: /client, tls: { ${own} }`, https), /^unexpected: status 403/);
    const client = `certificate: ${of.sound.certificate}, key: ${of.sound.key}`;
    assert.equal(await to(`path: /client, tls: { ${own}, ${client} }`, https), "passed");
    const mixed = `certificate: ${of.sound.certificate}, key: ${of.expired.key}`;
    assert.match(
      await to(`tls: { ${mixed} }`, https),
      /^local: tls\.key .*: it is not the key of /,
    );
    assert.match(
      await to("tls: { certificate: /none.pem }", https),
      /^local: tls\.certificate \/none\.pem: there is no such file$/,
    );
    assert.match(await to("tls: { minimum: '1.3' }", https), /^tls: .*protocol version/);
    assert.match(await to("path: /", http), /^tls: /, "TLS where there is none");
    // It ends in two days: nothing is warned of from one day before on, but from three it is.
    const days = async (warn: string): Promise<number | undefined> => {
      const check = checkOf(`type: https, tls: { ${own}, warn_before: ${warn} }`);
      const tried = await tryOnce(check, at(https));
      return tried.kind === "passed" ? tried.certificateDays : assert.fail(tried.why);
    };
    assert.equal(await days("24h"), undefined);
    assert.equal(await days("72h"), 1);
    assert.equal(await days("0s"), undefined);
    await showProgram(context, `type: https, tls: { ${own} }`, https, program);
    for (const [kind, why] of [
      ["expired", /^tls: the certificate has expired/],
      ["self-signed", /^tls: the certificate is self-signed/],
      ["wrong name", /^tls: .*real\.example/],
    ] as const) {
      const other = await nginx(context, of[kind], ca);
      assert.match(await to(`tls: { ${own} }`, other.https), why);
      await other.program.stop();
    }
  });

  it("servers that answer wrongly, slowly, without end or not at all", async (context) => {
    await showDouble(context, "type: http", {
      says: "SSH-2.0-x\r\n",
      judged: /^unreadable: no HTTP answer/,
    });
  });
});
