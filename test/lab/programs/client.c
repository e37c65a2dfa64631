/*
 * The lab's client: opens a new connection every few ms, keeps long-lived ones, remembers all.
 *
 *   client ADDRESS PORT tcp|udp|sctp INTERVAL TIMEOUT HELD HOLD_INTERVAL SILENCE_MAX    (in ms)
 *
 * It is the instrument that outages are read from, so it must not have pauses of its own: a thread
 * of Node in User-Mode Linux stands still for 30 ms and more when garbage is collected, code is
 * compiled or another thread of its process maps memory.
 *
 * A try over TCP: `GET / HTTP/1.0`; the one line of the answer's body names the real server. The
 * client closes by reset, so that no TIME_WAIT and no port shortage distorts the figures. Over UDP:
 * one datagram from a new socket; the answer names the real server. Over SCTP as over TCP. A held connection says a line
 * every HOLD_INTERVAL and expects it back; it is broken once it is closed, reset or silent for
 * SILENCE_MAX.
 *
 * Its questions (questions.h); instants are CLOCK_MONOTONIC in ms:
 *   tries FROM UNTIL  once all that started before UNTIL have ended: `try STARTED ENDED FAILURE
 *                     SERVER` (`-`: none) for those that started in the span, `stall FROM UNTIL`
 *   served SPAN       how many tries of the last SPAN ms were served; 0 if one failed or is slow
 *   held              `open N`, `broken N`, `quiet N`, `server NAME` for each open one, `fault STARTED
 *                     ENDED WHY` for each other one (`unanswered`: until now)
 *   stop              no further tries
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include "questions.h"

/* A beat that comes later than this is not just late: the program did not run. */
static const double stall_min_ms = 7;
/* A try that is older and still unanswered speaks against a healthy service. */
static const double slow_ms = 100;
static const int burst_max = 4;
static const char request[] = "GET / HTTP/1.0\r\nHost: lab\r\n\r\n";

struct try {
  double started, ended;
  int fd;
  bool asked;
  /* What came so far of an answer in pieces. */
  char *heard;
  size_t heard_length;
  char server[64];
  /* Empty for one that was served. */
  char failure[24];
};

struct held {
  int fd;
  double started, ended, last_heard;
  /* Why it is broken; NULL: it is not. */
  const char *fault;
  char server[64];
};

struct stall {
  double from, until;
};

static struct sockaddr_storage peer;
static socklen_t peer_length;
static bool over_udp, stopped;
/* Of the sockets; 0: what the kind of socket stands for. */
static int protocol;
static double interval, timeout, hold_interval, silence_max;
static struct try *tries;
static size_t try_count, try_room, oldest_under_way;
static struct stall *stalls;
static size_t stall_count, stall_room;
static struct held *held;
static size_t held_count;
static int poller;
/* Beyond what any lab server answers in earnest. */
static char answer[64 * 1024];

enum { input_event = 0, try_event = 1, held_event = 2 };

static void *more(void *list, size_t count, size_t *room, size_t size) {
  if (count < *room) return list;
  *room = *room == 0 ? 4096 : *room * 2;
  list = realloc(list, *room * size);
  if (list == NULL) die("realloc");
  return list;
}

static void await(int fd, int operation, uint32_t events, uint64_t kind, size_t index) {
  watch(poller, fd, operation, events, kind << 32 | index);
}

static const char *failure_of(int error) {
  switch (error) {
    case ECONNREFUSED: return "refused";
    case ECONNRESET: return "reset";
    case EHOSTUNREACH:
    case ENETUNREACH: return "unreachable";
    default: return strerrorname_np(error);
  }
}

/* --- tries --- */

static void finish(struct try *try, const char *failure) {
  struct linger reset = {.l_onoff = 1};
  try->ended = now();
  snprintf(try->failure, sizeof try->failure, "%s", failure);
  if (!over_udp) setsockopt(try->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(try->fd);
  try->fd = -1;
  free(try->heard);
  try->heard = NULL;
}

/* The last line of what was heard, without the white space around it. */
static void name_server(char *into, size_t size, char *heard, size_t length) {
  while (length > 0 && strchr(" \r\n", heard[length - 1]) != NULL) length--;
  heard[length] = 0;
  char *line = strrchr(heard, '\n');
  snprintf(into, size, "%.*s", (int)size - 1, line == NULL ? heard : line + 1);
  for (char *at = into; *at != 0; at++)
    if (*at <= ' ' || *at > '~') *at = '?';
}

static void served(struct try *try, size_t length) {
  name_server(try->server, sizeof try->server, answer, length);
  finish(try, "");
}

static void start_try(void) {
  tries = more(tries, try_count, &try_room, sizeof *tries);
  struct try *try = &tries[try_count];
  memset(try, 0, sizeof *try);
  try->started = now();
  int kind = (over_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  try->fd = socket(peer.ss_family, kind, protocol);
  if (try->fd < 0) die("socket");
  size_t index = try_count++;
  if (over_udp) {
    await(try->fd, EPOLL_CTL_ADD, EPOLLIN, try_event, index);
    if (sendto(try->fd, "who\n", 4, 0, (void *)&peer, peer_length) < 0) finish(try, "error");
    return;
  }
  if (connect(try->fd, (void *)&peer, peer_length) < 0 && errno != EINPROGRESS)
    finish(try, failure_of(errno));
  else
    await(try->fd, EPOLL_CTL_ADD, EPOLLOUT | EPOLLIN | EPOLLET, try_event, index);
}

/* Whether head and a body of one whole line are there. */
static bool is_whole(const char *heard) {
  const char *plain = strstr(heard, "\n\n"), *usual = strstr(heard, "\n\r\n");
  const char *body = usual != NULL ? usual + 3 : plain != NULL ? plain + 2 : NULL;
  const char *end = body == NULL ? NULL : strchr(body, '\n');
  return end != NULL && end > body && end[1] == 0;
}

static void continue_try(size_t index) {
  struct try *try = &tries[index];
  if (try->fd < 0) return;
  if (!over_udp && !try->asked) {
    /* A connection that was not made says here why; one that is still being made, nothing yet. */
    if (send(try->fd, request, sizeof request - 1, MSG_NOSIGNAL) >= 0) try->asked = true;
    else if (errno != EAGAIN) finish(try, failure_of(errno));
    return;
  }
  size_t before = try->heard_length;
  if (before > 0) memcpy(answer, try->heard, before);
  ssize_t got = recv(try->fd, answer + before, sizeof answer - 1 - before, 0);
  if (got < 0) {
    if (errno != EAGAIN) finish(try, over_udp ? "error" : failure_of(errno));
    return;
  }
  size_t length = before + (size_t)got;
  answer[length] = 0;
  if (over_udp || is_whole(answer) || (got == 0 && length > 0)) return served(try, length);
  if (got == 0) return finish(try, "closed");
  if (length == sizeof answer - 1) return finish(try, "endless");
  try->heard = realloc(try->heard, length);
  if (try->heard == NULL) die("realloc");
  memcpy(try->heard, answer, length);
  try->heard_length = length;
}

static void give_up_old_tries(double at) {
  for (; oldest_under_way < try_count; oldest_under_way++) {
    struct try *try = &tries[oldest_under_way];
    if (try->fd < 0) continue;
    if (try->started + timeout > at) return;
    finish(try, "timeout");
  }
}

/* --- held connections --- */

static void break_held(struct held *each, const char *why) {
  each->fault = why;
  each->ended = now();
  if (each->fd >= 0) close(each->fd);
  each->fd = -1;
}

static void start_held(size_t index) {
  struct held *each = &held[index];
  each->started = each->last_heard = now();
  each->fd = socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (each->fd < 0) die("socket");
  if (connect(each->fd, (void *)&peer, peer_length) < 0 && errno != EINPROGRESS)
    return break_held(each, strerrorname_np(errno));
  await(each->fd, EPOLL_CTL_ADD, EPOLLOUT, held_event, index);
}

static void say(struct held *each, const char *line) {
  if (send(each->fd, line, strlen(line), MSG_NOSIGNAL) < 0 && errno != EAGAIN)
    break_held(each, strerrorname_np(errno));
}

static void speak(struct held *each) {
  if (each->fault != NULL) return;
  if (now() - each->last_heard > silence_max) break_held(each, "silent");
  else if (each->server[0] != 0) say(each, "again\n");
}

static void continue_held(size_t index, uint32_t events) {
  struct held *each = &held[index];
  if (each->fd < 0) return;
  if ((events & EPOLLOUT) != 0) {
    say(each, "hold\n");
    if (each->fault == NULL) await(each->fd, EPOLL_CTL_MOD, EPOLLIN, held_event, index);
    return;
  }
  ssize_t length = recv(each->fd, answer, sizeof answer - 1, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length < 0) return break_held(each, strerrorname_np(errno));
  if (length == 0) return break_held(each, "closed");
  each->last_heard = now();
  if (each->server[0] == 0)
    name_server(each->server, sizeof each->server, answer, (size_t)length);
}

/* --- questions --- */

static bool tries_wanted;
static double wanted_from, wanted_until;

static const char *or_dash(const char *text) { return text[0] == 0 ? "-" : text; }

static void answer_tries(void) {
  if (!tries_wanted) return;
  for (size_t index = oldest_under_way; index < try_count; index++)
    if (tries[index].fd >= 0 && tries[index].started < wanted_until) return;
  tries_wanted = false;
  size_t first = try_count;
  while (first > 0 && tries[first - 1].started >= wanted_from) first--;
  for (size_t index = first; index < try_count && tries[index].started < wanted_until; index++) {
    const struct try *try = &tries[index];
    printf("try %.6f %.6f %s %s\n", try->started, try->ended, or_dash(try->failure),
           or_dash(try->server));
  }
  for (size_t index = 0; index < stall_count; index++)
    if (stalls[index].until > wanted_from && stalls[index].from < wanted_until)
      printf("stall %.6f %.6f\n", stalls[index].from, stalls[index].until);
  end_answer();
}

static size_t served_for(double span) {
  double at = now();
  size_t count = 0;
  for (size_t index = try_count; index > 0 && tries[index - 1].started >= at - span; index--) {
    const struct try *try = &tries[index - 1];
    if (try->fd >= 0 ? try->started < at - slow_ms : try->failure[0] != 0) return 0;
    if (try->fd < 0) count++;
  }
  return count;
}

static void answer_held(void) {
  size_t open = 0, quiet = 0;
  double quiet_from = now() - 2 * hold_interval;
  for (size_t index = 0; index < held_count; index++) {
    const struct held *each = &held[index];
    if (each->started == 0) continue;
    if (each->fault != NULL || each->server[0] == 0) {
      const char *why = each->fault == NULL ? "unanswered" : each->fault;
      printf("fault %.6f %.6f %s\n", each->started, each->fault == NULL ? now() : each->ended, why);
      continue;
    }
    open++;
    if (each->last_heard < quiet_from) quiet++;
    printf("server %s\n", each->server);
  }
  printf("open %zu\nbroken %zu\nquiet %zu\n", open, held_count - open, quiet);
  end_answer();
}

static void hear(const char *question) {
  double span;
  if (sscanf(question, "tries %lf %lf", &wanted_from, &wanted_until) == 2) {
    tries_wanted = true;
  } else if (sscanf(question, "served %lf", &span) == 1) {
    printf("served %zu\n", served_for(span));
    end_answer();
  } else if (strcmp(question, "held") == 0) {
    answer_held();
  } else if (strcmp(question, "stop") == 0) {
    stopped = true;
    end_answer();
  } else {
    unknown(question);
  }
}

/* --- the rhythm --- */

/* Tries start on a fixed grid; what a late beat missed is made up for, so that none is left out. */
static double beat(double due, double at) {
  if (at - due > stall_min_ms) {
    stalls = more(stalls, stall_count, &stall_room, sizeof *stalls);
    stalls[stall_count++] = (struct stall){due, at};
  }
  for (int burst = 0; due <= at && burst < burst_max; burst++) {
    due += interval;
    start_try();
  }
  double earliest = at - interval;
  return due < earliest ? earliest : due;
}

/* Each held connection at a time of its own: clients know nothing of each other. */
static double turn_of_held(double due, double at) {
  static size_t turn;
  double step = hold_interval / (double)held_count;
  for (; due <= at; due += step, turn++) {
    if (turn < held_count) start_held(turn);
    else speak(&held[turn % held_count]);
  }
  return due;
}

static void wait_until(double instant) {
  struct epoll_event events[64];
  double left = instant - now();
  if (left < 0) left = 0;
  struct timespec length = {.tv_sec = (time_t)(left / 1e3)};
  length.tv_nsec = (long)((left - (double)length.tv_sec * 1e3) * 1e6);
  int count = epoll_pwait2(poller, events, 64, &length, NULL);
  if (count < 0 && errno != EINTR) die("epoll_pwait2");
  for (int index = 0; index < count; index++) {
    size_t subject = (uint32_t)events[index].data.u64;
    switch (events[index].data.u64 >> 32) {
      case input_event: read_questions(hear); break;
      case try_event: continue_try(subject); break;
      case held_event: continue_held(subject, events[index].events); break;
    }
  }
}

static void read_address(const char *address, const char *port) {
  struct sockaddr_in *four = (void *)&peer;
  struct sockaddr_in6 *six = (void *)&peer;
  if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)atoi(port));
    peer_length = sizeof *four;
  } else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)atoi(port));
    peer_length = sizeof *six;
  } else {
    fprintf(stderr, "client: no address: %s\n", address);
    exit(2);
  }
}

int main(int count, char **words) {
  if (count != 9) {
    fprintf(stderr, "usage: client ADDRESS PORT tcp|udp|sctp INTERVAL TIMEOUT HELD HOLD_INTERVAL "
                    "SILENCE_MAX\n");
    return 2;
  }
  read_address(words[1], words[2]);
  take_descriptors();
  over_udp = strcmp(words[3], "udp") == 0;
  protocol = strcmp(words[3], "sctp") == 0 ? IPPROTO_SCTP : 0;
  interval = atof(words[4]);
  timeout = atof(words[5]);
  held_count = (size_t)atol(words[6]);
  hold_interval = atof(words[7]);
  silence_max = atof(words[8]);
  held = calloc(held_count + 1, sizeof *held);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (held == NULL || poller < 0) die("start");
  for (size_t index = 0; index < held_count; index++) held[index].fd = -1;
  await(STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN, input_event, 0);
  end_answer();
  double held_due = now(), try_due = held_due + interval;
  for (;;) {
    double at = now();
    if (!stopped && try_due <= at) try_due = beat(try_due, at);
    if (held_count > 0) held_due = turn_of_held(held_due, at);
    give_up_old_tries(at);
    answer_tries();
    double next = at + 50;
    if (!stopped && try_due < next) next = try_due;
    if (held_count > 0 && held_due < next) next = held_due;
    wait_until(next);
  }
}
