import type { DoctorReport } from "../../../src/cli/machine/doctor.ts";
import { sayWhoCalls, sourceSeen } from "../actors/opened-by-servers.ts";
import type { ConfigObject } from "../actors/pair-config.ts";
import { prepareServer, vsftpdLines } from "../actors/prepared-server.ts";
import { Nginx, Vsftpd } from "../actors/real-server.ts";
import { expect, waitFor } from "../instruments/wait.ts";
import { Lab } from "../lab.ts";
import { addFarClient, far, farLeaves, farMachine } from "../machine/far-client.ts";
import { playNft } from "../machine/nft-as-iptables.ts";
import { output } from "../machine/pipe.ts";
import { natPair } from "../machine/topology.ts";
import { scenario } from "../scenario.ts";

const passive = { from: 10_000, to: 10_004 };
const natFtp = "192.168.26.11";
const directFtp = "192.168.26.12";
const natFtp6 = "fd26::11";
const directFtp6 = "fd26::12";
/** 192.168.26.32/30: each of its addresses is a VIP. */
const network = [32, 33, 34, 35].map((last) => `192.168.26.${last}`);
const otherClient = "172.20.1.51";

/** What the client gets; throws where it gets nothing. */
const curl = async (...words: readonly string[]): Promise<string> => {
  const argv = ["netns", "exec", farMachine, "curl", "-sSgk", "--max-time", "5", ...words];
  return (await output("ip", ...argv)).trim();
};

function services(lab: Lab): Record<string, ConfigObject> {
  const { vip, realServers } = lab.addresses;
  const check = { type: "tcp", interval: "2s", timeout: "1s" };
  const ftp = { passive_ports: `${passive.from}-${passive.to}` };
  const [one = "", two = ""] = realServers;
  return {
    web: {
      address: [`${vip}/24`, "192.168.26.32/30", `${far.vip6}/64`],
      device: "eth0",
      port: undefined,
      ports: [80, 443],
      check,
      scheduler: "rr",
      persistence: { timeout: "120s" },
      real_servers: {
        rs1: { address: one },
        rs2: { address: two },
        "rs1-6": { address: far.nat6(1) },
        "rs2-6": { address: far.nat6(2) },
      },
    },
    "nat-ftp": {
      address: [`${natFtp}/24`, `${natFtp6}/64`],
      device: "eth0",
      ftp,
      check,
      scheduler: "rr",
      real_servers: {
        rs1: { address: one },
        rs2: { address: two },
        "rs1-6": { address: far.nat6(1) },
        "rs2-6": { address: far.nat6(2) },
      },
    },
    "direct-ftp": {
      address: [`${directFtp}/24`, `${directFtp6}/64`],
      device: "eth0",
      ftp,
      check,
      scheduler: "rr",
      forwarding: "direct",
      real_servers: {
        rs3: { address: far.direct4(3) },
        rs4: { address: far.direct4(4) },
        "rs3-6": { address: far.direct6(3) },
        "rs4-6": { address: far.direct6(4) },
      },
    },
  };
}

async function startServers(lab: Lab): Promise<void> {
  const servers = lab.servers.map(({ name }) => name);
  for (const [index, name] of servers.entries()) {
    const isNat = index < 2;
    const virtualServer = isNat ? "nat-ftp" : "direct-ftp";
    const asked = { machine: name, virtualServer, realServer: name };
    const lines = vsftpdLines(await prepareServer(lab.r1.configFile, asked));
    expect(lines.length === 3, `lvsd realserver prints what vsftpd needs: ${lines}`);
    const ftp = new Vsftpd(name);
    ftp.start(lines);
    lab.endWith(async () => ftp.kill());
    await prepareServer(lab.r1.configFile, { ...asked, realServer: `${name}-6` });
    if (!isNat) continue;
    for (const realServer of [name, `${name}-6`])
      await prepareServer(lab.r1.configFile, { ...asked, virtualServer: "web", realServer });
    const web = new Nginx(name);
    await web.start({ tls: true });
    lab.endWith(async () => web.kill());
  }
}

/** A client whose packet filter takes no connection from any address but the VIPs of FTP. */
async function prepareClient(lab: Lab): Promise<void> {
  await output("ip", "-n", farMachine, "addr", "add", `${otherClient}/24`, "dev", "eth0");
  for (const rule of [
    ["-p", "tcp", "--syn", "--dport", "7", "-j", "ACCEPT"],
    ["-p", "tcp", "--syn", "-s", `${natFtp},${directFtp}`, "-j", "ACCEPT"],
    ["-p", "tcp", "--syn", "-j", "DROP"],
  ])
    await output("ip", "netns", "exec", farMachine, "iptables-legacy", "-A", "INPUT", ...rule);
  sayWhoCalls(lab, farMachine);
}

/** One real server for both ports and every address of a family, from one client. */
async function webStays(from: string, from6: string | null): Promise<string> {
  const names = new Set<string>();
  for (const address of ["192.168.26.10", ...network])
    for (const scheme of ["http", "https"])
      names.add(await curl("--interface", from, `${scheme}://${address}/`));
  const names6 = new Set<string>();
  if (from6 !== null)
    for (const scheme of ["http", "https", "http"])
      names6.add(await curl("--interface", from6, `${scheme}://[${far.vip6}]/`));
  expect(names.size === 1, `80 and 443 of every address at one server: ${[...names]}`);
  expect(from6 === null || names6.size === 1, `IPv6, too: ${[...names6]}`);
  return [...names][0] ?? "";
}

async function ftpWorks(lab: Lab, when: string): Promise<void> {
  for (const [vip, how] of [
    [natFtp, "nat"],
    [directFtp, "direct"],
  ] as const)
    for (const words of [
      ["--ftp-pasv"],
      ["--ftp-port", far.client4],
      ["--ftp-port", far.client4, "--disable-eprt"],
    ]) {
      const name = await curl(...words, `ftp://${vip}/name`);
      lab.say(`${when}: ftp, ${how}, ${words[0]}: ${name}`);
      expect(/^rs\d$/.test(name), `${how} ${words.join(" ")} serves the file: ${name}`);
    }
  // EPSV: the real server says a port alone, and the client stays at the VIP.
  for (const vip of [natFtp6, directFtp6]) {
    const name = await curl("--ftp-pasv", `ftp://[${vip}]/name`);
    lab.say(`${when}: ftp, ${vip}: ${name}`);
    expect(/^rs\d$/.test(name), `${vip} serves the file: ${name}`);
  }
}

/** The daemon here asks the other one over the configuration channel. */
async function doctorKnowsThePeer(lab: Lab): Promise<void> {
  const { stdout, stderr } = await lab.r1.lvsd("doctor", "--json");
  const report = JSON.parse(stdout || "{}") as Partial<DoctorReport>;
  const { findings = [], peer, peer_unknown: unknown } = report;
  lab.say(`doctor: ${findings.map(({ finding, seen }) => `${finding}: ${seen}`).join("; ")}`);
  expect(peer?.networks.eth0?.includes("192.168.26.0/24") === true, `${unknown} ${stderr}`);
  const compared = ["config-mismatch", "only-here", "other-network", "clock"];
  const grave = findings.filter(({ severity }) => severity !== "advises");
  expect(
    !grave.some(({ finding }) => compared.includes(finding)),
    "two routers with one file on one machine have nothing that differs",
  );
  const prepared = ["vip-missing", "arp-answering"];
  expect(
    !findings.some(({ finding }) => prepared.includes(finding)),
    "each real server takes connections to the VIPs of its family, in silence",
  );
}

export default scenario({
  title: "several ports and addresses are one service; FTP in both modes; what real servers open",
  topology: { ...natPair, realServers: 4 },
  goals: {},
  limitSeconds: 180,
  leaves: farLeaves,
  async play(lab) {
    await addFarClient(lab);
    const { web = {}, ...virtualServers } = services(lab);
    const gateways = [`${lab.addresses.natRouter}/24`, `${far.natRouter6}/64`];
    const options = (masquerade: true | string) => ({
      heartbeat: Lab.patient,
      web,
      virtualServers,
      top: { nat_router: { address: gateways, device: "eth1", masquerade } },
    });
    lab.configurePair(options(natFtp));
    await startServers(lab);
    await prepareClient(lab);
    for (const router of lab.routers) await playNft(router);
    await Promise.all(lab.routers.map((router) => router.start()));
    await lab.r1.reaches("active", 20_000);
    await waitFor("every service is whole", 20_000, () =>
      lab.routers.every((router) => {
        const whole = router.table().filter(({ destinations }) => destinations.length === 2);
        return whole.length === 6;
      }),
    );
    const plan = await lab.r1.lvsd("plan");
    expect(plan.status === 0 && !/nft/.test(plan.stdout), `nothing is left to do: ${plan.stdout}`);

    await doctorKnowsThePeer(lab);
    const first = await webStays(far.client4, "fd99::50");
    const second = await webStays(otherClient, null);
    lab.say(`one client is at ${first}, another one at ${second}`);
    expect(first !== second, "clients are spread");
    await ftpWorks(lab, "at first");
    const source = await sourceSeen("rs1", far.client4);
    expect(source === natFtp, `what a real server opens comes from the VIP: ${source}`);

    await lab.r1.powerOff();
    await lab.r2.reaches("active", 10_000);
    await webStays(far.client4, "fd99::50");
    await ftpWorks(lab, "after the failover");
    const after = await sourceSeen("rs1", far.client4);
    expect(after === natFtp, `and still does after the failover: ${after}`);

    lab.rewrite(options(true));
    const report = await lab.r2.reload();
    expect(report.ok, `reload: ${JSON.stringify(report)}`);
    const own = await sourceSeen("rs2", far.client4);
    expect(own === lab.addresses.routers.r2.public, `then from the router's own address: ${own}`);
    await ftpWorks(lab, "masquerading with the router's own address");
    return {};
  },
});
