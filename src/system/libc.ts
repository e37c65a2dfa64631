/**
 * The one place that opens the C library: what Node has no door to. Each function is the one of its
 * man page (section 2 where no other is named); a negative answer means `whyNot()`.
 */
import { getSystemErrorMessage } from "node:util";
import koffi from "koffi";

const libc = koffi.load("libc.so.6");

type Call<Arguments extends readonly unknown[]> = (...given: Arguments) => number;
type Bytes = Uint8Array | Uint32Array | Int32Array;

export const socket = libc.func("int socket(int domain, int type, int protocol)") as Call<
  [domain: number, type: number, protocol: number]
>;
export const close = libc.func("int close(int fd)") as Call<[fd: number]>;
export const connect = libc.func("int connect(int fd, const void *to, uint32 size)") as Call<
  [fd: number, to: Bytes, size: number]
>;

const libcBind = libc.func("int bind(int fd, const void *to, uint32 size)");
export const bind = libcBind as Call<[fd: number, to: Bytes, size: number]>;
/** In a thread of the pool: where the kernel takes its time. Resolves whatever came of it. */
export const bindAside = (fd: number, to: Bytes, size: number): Promise<void> =>
  new Promise((resolve) => {
    libcBind.async(fd, to, size, () => resolve());
  });

export const send = libc.func(
  "int64 send(int fd, const void *bytes, uint64 length, int flags)",
) as Call<[fd: number, bytes: Bytes, length: number, flags: number]>;
export const receive = libc.func(
  "int64 recv(int fd, void *bytes, uint64 length, int flags)",
) as Call<[fd: number, bytes: Bytes, length: number, flags: number]>;
export const sendTo = libc.func(
  "int64 sendto(int fd, const void *bytes, uint64 length, int flags, const void *to, uint32 size)",
) as Call<[fd: number, bytes: Bytes, length: number, flags: number, to: Bytes, size: number]>;
export const receiveFrom = libc.func(
  "int64 recvfrom(int fd, void *bytes, uint64 length, int flags, void *from, void *size)",
) as Call<[fd: number, bytes: Bytes, length: number, flags: number, from: Bytes, size: Bytes]>;

export const setSocketOption = libc.func(
  "int setsockopt(int fd, int level, int name, const void *value, uint32 size)",
) as Call<[fd: number, level: number, name: number, value: Bytes, size: number]>;
export const getSocketOption = libc.func(
  "int getsockopt(int fd, int level, int name, void *value, void *size)",
) as Call<[fd: number, level: number, name: number, value: Bytes, size: Bytes]>;

export const getSocketName = libc.func(
  "int getsockname(int fd, void *address, void *size)",
) as Call<[fd: number, address: Bytes, size: Bytes]>;

/** The number of an interface (if_nametoindex(3)); 0: there is none of this name. */
export const interfaceIndex = libc.func("uint if_nametoindex(const char *name)") as Call<
  [name: string]
>;

/** One instruction of a classic filter (bpf(4)): loads, jumps, and how many bytes to keep. */
export interface FilterStep {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const sockFilter = koffi.struct({ code: "uint16", jt: "uint8", jf: "uint8", k: "uint32" });
const sockFprog = koffi.struct({ len: "uint16", filter: koffi.pointer(sockFilter) });
const libcSetFilter = libc.func("setsockopt", "int", [
  "int",
  "int",
  "int",
  koffi.pointer(sockFprog),
  "uint32",
]);
const levelSocket = 1;
const optionAttachFilter = 26;

/** SO_ATTACH_FILTER of socket(7). */
export const attachFilter = (fd: number, steps: readonly FilterStep[]): number =>
  libcSetFilter(
    fd,
    levelSocket,
    optionAttachFilter,
    { len: steps.length, filter: steps },
    koffi.sizeof(sockFprog),
  );

export const clockGettime = libc.func("int clock_gettime(int id, void *timespec)") as Call<
  [id: number, into: Bytes]
>;
export const flock = libc.func("int flock(int fd, int operation)") as Call<
  [fd: number, operation: number]
>;
export const setScheduler = libc.func(
  "int sched_setscheduler(int thread, int policy, const int *priority)",
) as Call<[thread: number, policy: number, priority: Int32Array]>;

export const createEpoll = libc.func("int epoll_create1(int flags)") as Call<[flags: number]>;
export const controlEpoll = libc.func(
  "int epoll_ctl(int epoll, int operation, int fd, void *event)",
) as Call<[epoll: number, operation: number, fd: number, event: Bytes]>;
export const waitEpoll = libc.func(
  "int epoll_wait(int epoll, void *events, int most, int timeout)",
) as Call<[epoll: number, events: Bytes, most: number, timeout: number]>;

/** Watches a descriptor in this thread's own loop; while it is referenced the loop goes on. */
export interface Watch {
  ref(): void;
  unref(): void;
}

/**
 * Calls `readable` whenever the descriptor is (uv_poll_t of libuv). Keep what is returned: without
 * it the watching ends. Promises that `readable` settles wait until Node itself runs something.
 */
export const watchReadable = (fd: number, readable: () => void): Watch =>
  koffi.node.poll(fd, { readable: true }, readable);

const libcFcntl = libc.func("int fcntl(int fd, int command, ...)");
/** F_GETFL of fcntl(2). */
export const getStatusFlags = (fd: number): number => libcFcntl(fd, 3);
/** F_SETFL of fcntl(2). */
export const setStatusFlags = (fd: number, flags: number): number => libcFcntl(fd, 4, "int", flags);

/** malloc_trim(3). */
export const mallocTrim = libc.func("int malloc_trim(size_t pad)") as Call<[pad: number]>;

/** adjtimex(2): the state of the kernel's clock; a struct timex of zeros sets nothing. */
export const adjtimex = libc.func("int adjtimex(void *buffer)") as Call<[buffer: Bytes]>;

/** The numbers of errors on this machine (errno(3)). */
export const errnos = koffi.os.errno;
/** The error of the last call that failed. */
export const errno = (): number => koffi.errno();
/** The same for people. */
export const whyNot = (): string => getSystemErrorMessage(-koffi.errno());
