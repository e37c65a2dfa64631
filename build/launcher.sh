#!/bin/sh
# Runs lvsd with the Node that belongs to it, from any directory and through symbolic links.
# `exec` keeps the process id, which systemd watches.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
[ -h "$self" ] && self=$(readlink -f "$self")
lib=${self%/*}/../@lib@
exec "$lib/node" "$lib/main.mjs" "$@"
