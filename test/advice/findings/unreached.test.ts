import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unreachedIn, unresolvedIn } from "../../../src/advice/findings/unreached.ts";

const server = (name: string, own_path?: { reached: boolean; why: string | null }) =>
  own_path === undefined ? { name } : { name, own_path };

describe("what a standby's status says of its own way", () => {
  it("are the real servers that it does not reach, by both names, and why", () => {
    const virtual_servers = [
      {
        name: "web",
        real_servers: [
          server("rs1", { reached: true, why: null }),
          server("rs2", { reached: false, why: "no route to host" }),
          server("rs3"),
        ],
      },
      { name: "mail", real_servers: [server("rs2", { reached: false, why: null })] },
    ];
    assert.deepEqual(unreachedIn({ virtual_servers }), [
      { realServer: "web/rs2", why: "no route to host" },
      { realServer: "mail/rs2", why: "" },
    ]);
  });
});

describe("what a status says of host names", () => {
  it("are those whose last question failed, with how many addresses are left of the answer before", () => {
    const names = [
      { name: "a.example.com", addresses: ["192.0.2.1"], last_error: null },
      { name: "b.example.com", addresses: ["192.0.2.2", "192.0.2.3"], last_error: "timed out" },
      { name: "c.example.com", addresses: [], last_error: "no such name" },
    ];
    assert.deepEqual(unresolvedIn({ names }), [
      { name: "b.example.com", why: "timed out", addresses: 2 },
      { name: "c.example.com", why: "no such name", addresses: 0 },
    ]);
  });
});
