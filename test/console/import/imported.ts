/** A console that imports files of other systems. */
import type { Visitor } from "../visitor.ts";

export const piranha = `serial_no = 12
primary = 192.168.26.9
service = lvs
backup_active = 1
backup = 192.168.26.8
heartbeat = 1
keepalive = 6
deadtime = 18
network = direct
debug_level = NONE
virtual web {
     active = 1
     address = 192.168.26.10 eth0:1
     vip_nmask = 255.255.255.0
     port = 80
     load_monitor = none
     scheduler = wlc
     protocol = tcp
     timeout = 6
     reentry = 15
     quiesce_server = 0
     server rs1 {
         address = 10.11.12.1
         active = 1
         weight = 1
     }
}
`;

/** Sends files as a browser does. */
export async function upload(
  visitor: Visitor,
  files: readonly (readonly [name: string, text: string | Buffer])[],
  fields: Readonly<Record<string, string>> = {},
  path = "/import/read",
) {
  const form = new FormData();
  form.append("token", await visitor.tokenOf("/import"));
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  for (const [name, text] of files)
    form.append(
      "upload",
      new Blob([typeof text === "string" ? text : Uint8Array.from(text)]),
      name,
    );
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const answer = await fetch(new URL(path, visitor.url), {
    method: "POST",
    body: form,
    headers: { cookie },
    redirect: "manual",
  });
  return { status: answer.status, text: await answer.text() };
}
