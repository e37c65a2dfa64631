/** Numbers of socket(2) on Linux, which are the same on x86 and ARM (bits/socket.h, linux/netlink.h). */
export const addressFamilyNetlink = 16;
export const addressFamilyPacket = 17;
/** NETLINK_ROUTE, rtnetlink(7). */
export const routeProtocol = 0;
export const addressFamilies = { 4: 2, 6: 10 } as const;
export const socketStream = 1;
export const socketDatagram = 2;
export const socketRaw = 3;
export const socketCloseOnExec = 0o2000000;
export const socketNonBlocking = 0o4000;
