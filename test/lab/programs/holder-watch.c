/*
 * Which machines have an address in their kernels over time, as the kernels tell of each change.
 *
 *   holder-watch ADDRESS NAMESPACE...
 *
 * Whoever looks now and then from an ordinary program sees the end of a claim or a release only
 * when the routers have nothing to do; rtnetlink(7) wakes this one at the change itself.
 *
 * Its question (questions.h); instants are CLOCK_MONOTONIC in ms:
 *   holders           from its start on, at each change: `MS NAMESPACE...`, the namespaces that have
 *                     the address from then on
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/socket.h>
#include "questions.h"

#define machines_max 8
#define changes_max 4096

static struct {
  const char *name;
  int fd;
  bool holds;
} machines[machines_max];
static size_t machine_count;

static struct {
  double at;
  unsigned holders;
} changes[changes_max];
static size_t change_count;

static unsigned char wanted[sizeof(struct in6_addr)];
static size_t wanted_length;

static void note(void) {
  unsigned holders = 0;
  for (size_t index = 0; index < machine_count; index++)
    holders |= (unsigned)machines[index].holds << index;
  if (change_count > 0 && changes[change_count - 1].holders == holders) return;
  if (change_count == changes_max) {
    fprintf(stderr, "more than %d changes\n", changes_max);
    exit(1);
  }
  changes[change_count++] = (typeof(*changes)){now(), holders};
}

/* A point-to-point address has its own half in IFA_LOCAL; one of IPv6 may have no IFA_LOCAL. */
static bool is_wanted(struct nlmsghdr *message) {
  const void *own = NULL;
  int left = (int)IFA_PAYLOAD(message);
  struct rtattr *attribute = IFA_RTA((struct ifaddrmsg *)NLMSG_DATA(message));
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    bool fits = RTA_PAYLOAD(attribute) == wanted_length;
    bool local = attribute->rta_type == IFA_LOCAL;
    if (fits && (local || (attribute->rta_type == IFA_ADDRESS && own == NULL)))
      own = RTA_DATA(attribute);
  }
  return own != NULL && memcmp(own, wanted, wanted_length) == 0;
}

/* Reads all that is there; says whether the end of the first listing, which the kernel makes as it
 * is read, was among it. */
static bool hear_kernel(size_t index) {
  bool listed = false;
  for (;;) {
    _Alignas(struct nlmsghdr) char buffer[64 * 1024];
    ssize_t got = recv(machines[index].fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return listed;
    if (got < 0) die("recv");
    struct nlmsghdr *message = (struct nlmsghdr *)buffer;
    for (unsigned left = (unsigned)got; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
      bool added = message->nlmsg_type == RTM_NEWADDR;
      if (message->nlmsg_type == NLMSG_ERROR) die("RTM_GETADDR");
      if (message->nlmsg_type == NLMSG_DONE) listed = true;
      if (!added && message->nlmsg_type != RTM_DELADDR) continue;
      if (is_wanted(message)) machines[index].holds = added;
    }
  }
}

static int open_in(const char *namespace) {
  char path[256];
  snprintf(path, sizeof path, "/run/netns/%s", namespace);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || setns(file, CLONE_NEWNET) < 0) die(path);
  close(file);
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  struct sockaddr_nl groups = {AF_NETLINK, .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
  if (fd < 0 || bind(fd, (struct sockaddr *)&groups, sizeof groups) < 0) die("rtnetlink");
  struct {
    struct nlmsghdr header;
    struct ifaddrmsg body;
  } question = {{sizeof question, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {0}};
  if (send(fd, &question, sizeof question, 0) < 0) die("RTM_GETADDR");
  return fd;
}

static void hear(const char *question) {
  if (strcmp(question, "holders") != 0) unknown(question);
  for (size_t change = 0; change < change_count; change++) {
    printf("%.3f", changes[change].at);
    for (size_t index = 0; index < machine_count; index++)
      if (changes[change].holders >> index & 1) printf(" %s", machines[index].name);
    puts("");
  }
  end_answer();
}

int main(int words, char **word) {
  if (words < 3 || words - 2 > machines_max) {
    fprintf(stderr, "usage: holder-watch ADDRESS NAMESPACE...\n");
    return 2;
  }
  bool six = strchr(word[1], ':') != NULL;
  wanted_length = six ? sizeof(struct in6_addr) : sizeof(struct in_addr);
  if (inet_pton(six ? AF_INET6 : AF_INET, word[1], wanted) != 1) {
    fprintf(stderr, "no address: %s\n", word[1]);
    return 2;
  }
  int poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) die("epoll_create1");
  for (int index = 2; index < words; index++) {
    size_t machine = machine_count++;
    machines[machine].name = word[index];
    machines[machine].fd = open_in(word[index]);
    while (!hear_kernel(machine)) continue;
    watch(poller, machines[machine].fd, EPOLL_CTL_ADD, EPOLLIN, machine);
  }
  note();
  watch(poller, STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN, machines_max);
  end_answer();
  for (;;) {
    struct epoll_event event;
    if (epoll_wait(poller, &event, 1, -1) != 1) continue;
    if (event.data.u64 == machines_max) {
      read_questions(hear);
      continue;
    }
    hear_kernel(event.data.u64);
    note();
  }
}
