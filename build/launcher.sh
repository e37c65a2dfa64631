#!/bin/sh
# Runs lvsd with the Node that belongs to it, from any directory and through symbolic links.
# `exec` keeps the process id, which systemd watches.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
[ -h "$self" ] && self=$(readlink -f "$self")
lib=${self%/*}/../@lib@
# What `lvsd restart` starts anew: after an upgrade, the version that is installed now.
export LVSD_LAUNCHER="$self"
# Node's own doors: SIGUSR1 opens a debugger for every local user, and these variables load code,
# write files or listen. None of them is for an operator of lvsd.
unset NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_INSPECT_RESUME_ON_START \
  NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_ICU_DATA NODE_V8_COVERAGE NODE_DEBUG \
  NODE_DEBUG_NATIVE NODE_COMPILE_CACHE NODE_REDIRECT_WARNINGS NODE_CHANNEL_FD OPENSSL_CONF \
  SSL_CERT_FILE SSL_CERT_DIR
# A daemon that runs for months on a router wants to be small rather than fast. With 100 servers
# checked twice a second it took 238 MB with V8's nursery of 16 MiB and an arena of malloc for each
# thread; with these two settings it takes less than half of it, at the same load of the processor.
# With helper threads each full collection of garbage holds up the loop for 35 to 65 ms on a machine
# of one processor (make bench ONLY=loop-delay), without them for 6 to 9 ms.
# While V8 marks the old objects it collects no young ones, unless the two phases may overlap: what
# dies meanwhile piles up, and whatever is not marked when the nursery is full is marked in one go.
# On a slow machine both routers of the scenario `memory` took 20 MiB more without this setting.
# The last of V8's compilers takes a helper thread for 40 ms at a time on a slow machine, and the
# loop waits for that thread whenever it has garbage to collect: in a hand-over nobody holds the
# addresses meanwhile. What the compiler before it makes is fast enough for all that lvsd does.
MALLOC_ARENA_MAX=1 exec "$lib/node" --disable-sigusr1 --max-semi-space-size=1 \
  --no-flush-bytecode --single-threaded-gc --no-separate-gc-phases --no-turbofan "$lib/main.mjs" "$@"
