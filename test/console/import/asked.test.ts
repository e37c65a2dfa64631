import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serveConsole, visitorAs } from "../served-console.ts";
import { piranha, upload } from "./imported.ts";

describe("what IMPORT asks", () => {
  it("names at the field what is no address, and below the line what cannot be read", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const wrong = await upload(visitor, [["lvs.cf", piranha]], { primary: "nowhere" });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /aria-describedby="primary-wrong"/);
    // The file need not be chosen again.
    assert.match(wrong.text, /serial_no = 12/);
    const broken = await upload(visitor, [["lvs.cf", piranha.replace("wlc", "xyz")]]);
    assert.equal(broken.status, 422);
    assert.match(
      broken.text,
      /class="number">17<\/th><td><code> {5}scheduler = xyz<\/code><p class="note">/,
    );
    assert.equal((await upload(visitor, [])).status, 422);
  });

  it("reads the lines of keepalived's configuration id, and keeps it in its field", async (t) => {
    const visitor = await visitorAs(await serveConsole(t), "admin");
    const text =
      "vrrp_instance V {\n interface eth0\n virtual_ipaddress {\n @one 192.0.2.10\n @two 192.0.2.11\n }\n}\n";
    const shown = await upload(visitor, [["keepalived.conf", text]], { instance: "two" });
    assert.match(shown.text, /address: 192\.0\.2\.11\/32/);
    assert.ok(!/address: 192\.0\.2\.10\/32/.test(shown.text));
    assert.match(shown.text, /name="instance" value="two"/);
  });
});
