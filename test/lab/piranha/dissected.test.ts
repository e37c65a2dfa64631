/** What a heartbeat says in pulse, judged by a program that knows Piranha's packets: tshark. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { sealOf } from "../../../src/heartbeat/header.ts";
import { encodePulse } from "../../../src/heartbeat/pulse.ts";
import { encode } from "../../../src/heartbeat/wire.ts";
import { sample } from "../../heartbeat/sample.ts";

/** A capture file (LINKTYPE_IPV4) of datagrams on port 539. */
function captureOf(datagrams: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(228, 20);
  return Buffer.concat([head, ...datagrams.flatMap(packetOf)]);
}

function packetOf(payload: Uint8Array): readonly Uint8Array[] {
  const ipBytes = 20;
  const udpBytes = 8;
  const packet = Buffer.alloc(ipBytes + udpBytes);
  packet.writeUInt16BE(0x4500, 0);
  packet.writeUInt16BE(packet.length + payload.length, 2);
  packet.writeUInt8(64, 8);
  packet.writeUInt8(17, 9);
  packet.set([192, 0, 2, 1, 192, 0, 2, 2], 12);
  packet.writeUInt16BE(539, ipBytes);
  packet.writeUInt16BE(539, ipBytes + 2);
  packet.writeUInt16BE(udpBytes + payload.length, ipBytes + 4);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(packet.length + payload.length, 8);
  record.writeUInt32LE(packet.length + payload.length, 12);
  return [record, packet, payload];
}

describe("tshark", () => {
  let directory = "";
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "lvsd-pulse-"));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("takes each word of virtual servers for PULSE, with its magic number and nothing behind it", () => {
    const beat = encode(sample, 0, sealOf([new Uint8Array(32)]));
    const datagrams = [
      encodePulse("running", "lvs", "little"),
      encodePulse("stopped", "lvs", "little"),
      encodePulse("running", "lvs", "little", beat),
    ];
    const file = join(directory, "pulse.pcap");
    writeFileSync(file, captureOf(datagrams));
    const fields = ["frame.protocols", "pulse.magic", "udp.length"].flatMap((name) => ["-e", name]);
    const environment = { ...process.env, HOME: directory };
    const said = execFileSync("tshark", ["-n", "-r", file, "-T", "fields", ...fields], {
      encoding: "utf8",
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const lines = said.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split("\t").slice(0, 2).join(" ")),
      ["ip:udp:pulse 0xbdaddbda", "ip:udp:pulse 0xadbddabd", "ip:udp:pulse 0xbdaddbda"],
    );
    assert.deepEqual(
      lines.slice(0, 2).map((line) => line.split("\t")[2]),
      ["12", "12"],
    );
  });
});
