/*
 * A real server: says its name over HTTP, echoes for held connections, answers UDP.
 *
 *   real-server NAME TCP_PORTS UDP_PORTS [SCTP_PORTS]   (numbers separated by commas, `-`: none)
 *
 * A port may be ADDRESS@PORT: a server of SCTP with several addresses must be bound to the one that
 * it is asked at, or it answers from another.
 *
 * It can also misbehave on purpose, for the checks. A program of its own and not a thread of Node,
 * for the same reason as the client: the time that it takes is in every figure.
 *
 * Its questions (questions.h):
 *   manner MANNER   from now on requests are answered so: `serve`, `hang` (accepts and says
 *                   nothing), `garbage`, `endless`, `error-500`
 *   requests        `requests N`: how many have reached it
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "questions.h"

enum kind { input, listener, datagrams, connection };

/* Between two pieces of an answer without end. */
static const double piece_ms = 5;
/* By descriptor. */
static struct {
  bool open, holding, endless;
} connections[64 * 1024];
static int highest;
static const char *name;
static char manner[16] = "serve";
static unsigned long requests;
static int poller;
/* No HTTP, no UTF-8, and no line end in it. */
static unsigned char garbage[4096];

static void await(int fd, enum kind kind) {
  watch(poller, fd, EPOLL_CTL_ADD, EPOLLIN, (uint64_t)kind << 32 | (uint32_t)fd);
}

static void say(int fd, const void *bytes, size_t length) {
  /* Whoever does not read what it asked for goes without. */
  send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void end(int fd) {
  connections[fd].open = false;
  close(fd);
}

static void answer(int fd) {
  char text[512];
  bool error = strcmp(manner, "error-500") == 0;
  if (strcmp(manner, "hang") == 0) return;
  if (strcmp(manner, "endless") == 0) {
    static const char head[] = "HTTP/1.0 200 OK\r\n\r\n";
    connections[fd].endless = true;
    return say(fd, head, sizeof head - 1);
  }
  if (strcmp(manner, "garbage") == 0) {
    say(fd, garbage, sizeof garbage);
  } else {
    int length = snprintf(
        text, sizeof text, "HTTP/1.0 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s\n",
        error ? "500 Internal Server Error" : "200 OK", strlen(name) + 1, name);
    say(fd, text, (size_t)length);
  }
  end(fd);
}

static void say_name(int fd) {
  char line[128];
  say(fd, line, (size_t)snprintf(line, sizeof line, "%s\n", name));
}

static void serve(int fd) {
  char heard[16 * 1024];
  ssize_t length = recv(fd, heard, sizeof heard, 0);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) return end(fd);
  if (connections[fd].holding || (length >= 4 && memcmp(heard, "hold", 4) == 0)) {
    connections[fd].holding = true;
    return say_name(fd);
  }
  requests++;
  answer(fd);
}

static void accept_one(int socket) {
  int fd = accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  if ((size_t)fd >= sizeof connections / sizeof *connections) {
    close(fd);
    return;
  }
  memset(&connections[fd], 0, sizeof connections[fd]);
  connections[fd].open = true;
  if (fd > highest) highest = fd;
  await(fd, connection);
}

static void answer_datagram(int socket) {
  struct sockaddr_storage from;
  socklen_t size = sizeof from;
  char heard[2048], line[128];
  if (recvfrom(socket, heard, sizeof heard, MSG_DONTWAIT, (void *)&from, &size) < 0) return;
  requests++;
  int length = snprintf(line, sizeof line, "%s\n", name);
  sendto(socket, line, (size_t)length, 0, (void *)&from, size);
}

static void open_at(const void *address, socklen_t size, int kind, int protocol) {
  int on = 1, off = 0, of = ((const struct sockaddr *)address)->sa_family;
  int fd = socket(of, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) die("socket");
  if (of == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (kind == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  /* Its connections inherit this. */
  if (protocol == IPPROTO_TCP) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(fd, address, size) < 0) die("bind");
  if (kind == SOCK_STREAM && listen(fd, 1024) < 0) die("listen");
  await(fd, kind == SOCK_STREAM ? listener : datagrams);
}

/* `PORT`, over IPv4 and IPv6 alike; `ADDRESS@PORT`. */
static void open_port(int kind, int protocol, char *word) {
  char *port = strchr(word, '@');
  struct sockaddr_in four = {.sin_family = AF_INET};
  struct sockaddr_in6 six = {.sin6_family = AF_INET6};
  if (port != NULL) *port++ = 0;
  four.sin_port = six.sin6_port = htons((uint16_t)atoi(port == NULL ? word : port));
  if (port != NULL && inet_pton(AF_INET, word, &four.sin_addr) == 1)
    return open_at(&four, sizeof four, kind, protocol);
  if (port != NULL && inet_pton(AF_INET6, word, &six.sin6_addr) != 1) die("no address");
  open_at(&six, sizeof six, kind, protocol);
}

static void open_ports(int kind, int protocol, char *list) {
  if (strcmp(list, "-") == 0) return;
  for (char *word = strtok(list, ","); word != NULL; word = strtok(NULL, ","))
    open_port(kind, protocol, word);
}

static void hear(const char *question) {
  if (sscanf(question, "manner %15s", manner) != 1) {
    if (strcmp(question, "requests") != 0) unknown(question);
    printf("requests %lu\n", requests);
  }
  end_answer();
}

/* The next piece of each answer that has no end; whether there is one. */
static bool go_on(void) {
  static double due;
  bool any = false, is_due = now() >= due;
  for (int fd = 0; fd <= highest; fd++) {
    if (!connections[fd].open || !connections[fd].endless) continue;
    any = true;
    if (is_due) say(fd, garbage, sizeof garbage);
  }
  if (is_due) due = now() + piece_ms;
  return any;
}

int main(int count, char **words) {
  struct epoll_event events[64];
  bool endless = false;
  if (count != 4 && count != 5) {
    fprintf(stderr, "usage: real-server NAME TCP_PORTS UDP_PORTS [SCTP_PORTS]\n");
    return 2;
  }
  take_descriptors();
  name = words[1];
  for (size_t index = 0; index < sizeof garbage; index++)
    garbage[index] = (unsigned char)(128 + index * 37 % 128);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) die("epoll_create1");
  await(STDIN_FILENO, input);
  open_ports(SOCK_STREAM, IPPROTO_TCP, words[2]);
  open_ports(SOCK_DGRAM, IPPROTO_UDP, words[3]);
  if (count == 5) open_ports(SOCK_STREAM, IPPROTO_SCTP, words[4]);
  end_answer();
  for (;;) {
    int ready = epoll_wait(poller, events, 64, endless ? (int)piece_ms : -1);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    bool answered = ready > 0;
    for (int index = 0; index < ready; index++) {
      int fd = (int)(uint32_t)events[index].data.u64;
      switch ((enum kind)(events[index].data.u64 >> 32)) {
        case input: read_questions(hear); break;
        case listener: accept_one(fd); break;
        case datagrams: answer_datagram(fd); break;
        case connection: serve(fd); break;
      }
    }
    if (endless || (answered && strcmp(manner, "endless") == 0)) endless = go_on();
  }
}
