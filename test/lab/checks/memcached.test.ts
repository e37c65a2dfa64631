import { after, before, describe } from "node:test";
import { freePort, ServerProgram, Workshop } from "./server-program.ts";
import { trials } from "./trials.ts";

describe("memcached against memcached", () => {
  const workshop = new Workshop();
  let program: ServerProgram;
  before(async () => {
    const port = await freePort();
    const args = ["-l", "127.0.0.1", "-p", `${port}`, "-U", "0", "-m", "16"];
    program = await ServerProgram.start({ command: "memcached", args, port, workshop });
  });
  after(async () => {
    await program.stop();
    workshop.remove();
  });
  trials({
    check: "type: memcached",
    protocol: "tcp",
    program: () => program,
    secrets: [],
    garbage: /^(unexpected: VERSION expected after version, got "|too-long: )/,
  });
});
