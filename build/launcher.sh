#!/bin/sh
# Runs lvsd with the Node that belongs to it, from any directory and through symbolic links.
# `exec` keeps the process id, which systemd watches.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
[ -h "$self" ] && self=$(readlink -f "$self")
lib=${self%/*}/../@lib@
# What `lvsd restart` starts anew: after an upgrade, the version that is installed now.
export LVSD_LAUNCHER="$self"
# A daemon that runs for months on a router wants to be small rather than fast. With 100 servers
# checked twice a second it took 238 MB with V8's nursery of 16 MiB and an arena of malloc for each
# thread; with these two settings it takes 109 MB, at the same load of the processor.
# And it must not be held up: with helper threads the collection of garbage ends in waiting for them,
# 35 to 65 ms with one processor (make bench ONLY=loop-delay); by itself it takes 6 to 9 ms.
MALLOC_ARENA_MAX=1 exec "$lib/node" --max-semi-space-size=1 --no-flush-bytecode \
  --single-threaded-gc "$lib/main.mjs" "$@"
