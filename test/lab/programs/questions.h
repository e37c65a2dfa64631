/*
 * What the lab's programs have in common: the time, and questions on standard input, a line each,
 * whose answers on standard output end with a line of one dot. They end when their input ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* CLOCK_MONOTONIC in ms. */
static inline double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static inline void die(const char *what) {
  perror(what);
  exit(1);
}

/* As many descriptors as the machine allows at all. */
static inline void take_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

static inline void watch(int poller, int fd, int operation, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  if (epoll_ctl(poller, operation, fd, &event) < 0) die("epoll_ctl");
}

static inline void end_answer(void) {
  puts(".");
  fflush(stdout);
}

/* Reads what is there and calls `hear` with each whole line. */
static inline void read_questions(void (*hear)(const char *line)) {
  static char heard[4096];
  static size_t length;
  ssize_t got = read(STDIN_FILENO, heard + length, sizeof heard - 1 - length);
  if (got <= 0) exit(0);
  length += (size_t)got;
  heard[length] = 0;
  for (char *end; (end = strchr(heard, '\n')) != NULL;) {
    *end = 0;
    hear(heard);
    length -= (size_t)(end + 1 - heard);
    memmove(heard, end + 1, length + 1);
  }
}

static inline void unknown(const char *question) {
  fprintf(stderr, "no such question: %s\n", question);
  exit(2);
}
