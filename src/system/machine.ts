/** What a router needs of its machine, opened and closed together. */
import { openSysctl } from "./file/sysctl.ts";
import { openIp } from "./ip/ip.ts";
import { openNetlink } from "./ip/netlink.ts";
import { connectionReader } from "./ipvs/connection-reader.ts";
import { openIpvsadm } from "./ipvs/ipvsadm.ts";
import { openListings } from "./ipvs/listings.ts";
import { ownKernel } from "./ipvs/own-kernel.ts";
import { openSyncDaemons } from "./ipvs/sync-daemon.ts";
import { openSyncSender } from "./ipvs/sync-sender.ts";
import { resolverWith, usualPlaces } from "./names/resolver.ts";
import { openAnnouncer } from "./net/announce.ts";
import { openHeartbeatPath } from "./net/datagram.ts";
import { openGatewayProbe } from "./net/gateway-probe.ts";
import { openStrangerWatch } from "./net/stranger-watch.ts";
import { openSynCapture } from "./net/syn-capture.ts";
import { openPacketFilter } from "./packet-filter/nft.ts";
import { now, openAlarm, wallClock } from "./process/clock.ts";

/** The doors of this machine, and what closes them after their last use. */
export function openMachine() {
  const ip = openIp({ netlink: openNetlink });
  const ipvsadm = openIpvsadm();
  const listings = openListings();
  const announcer = openAnnouncer();
  const syncDaemons = openSyncDaemons();
  const syncSender = openSyncSender();
  const synCapture = openSynCapture();
  return {
    doors: {
      now,
      wallClock,
      openAlarm,
      ip,
      ipvsadm,
      listings,
      sysctl: openSysctl(),
      packetFilter: openPacketFilter(),
      syncDaemons,
      readConnections: connectionReader(),
      syncSender,
      ownKernel: ownKernel(syncDaemons),
      synCapture,
      announcer,
      openStrangerWatch,
      openGatewayProbe,
      openHeartbeatPath,
      resolve: resolverWith(usualPlaces),
    },
    close: async (): Promise<void> => {
      announcer.close();
      syncSender.close();
      synCapture.close();
      await Promise.all([ip.close(), ipvsadm.close(), listings.close()]);
    },
  };
}
