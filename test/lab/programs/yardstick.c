/*
 * How fast the machine is just now: a piece of work that is always the same, timed all the time.
 *
 *   yardstick REST      (ms between two pieces)
 *
 * A processor can be throttled by its hardware or by whoever owns it, to a tenth of its speed for
 * tens of ms, a few times a second. Nothing shows that but the time that work takes: no clock stands
 * still, nobody is preempted, no time counts as stolen. What a router does meanwhile says nothing.
 *
 * Its questions (questions.h); instants are CLOCK_MONOTONIC in ms:
 *   pace FROM UNTIL   `slowest RATIO`: the longest time that a piece took, in times of the shortest
 *                     ever, where the next one took as long; `still MS`: the longest time between
 *                     two pieces. Of the last 524,288 pieces.
 *   late FROM UNTIL SHARE   `late MS`: how late this share of the pieces at most began, which is the
 *                     machine's doing alone: this program waits for nothing but the time
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include "questions.h"

#define remembered (512 * 1024)

/* About 30 us: longer than what asking for the time costs. */
static const int steps = 30000;

static struct {
  double ended, took;
} pieces[remembered];
static size_t count;
static double shortest = INFINITY;
/* Between two pieces, as it was asked for. */
static double rest_ms;

static double lesser(double one, double other) { return one < other ? one : other; }
static double greater(double one, double other) { return one < other ? other : one; }

static void measure(void) {
  static volatile unsigned long product = 1;
  double began = now();
  for (int step = 0; step < steps; step++) product = product * 6364136223846793005UL + 1;
  double ended = now(), took = ended - began;
  shortest = lesser(shortest, took);
  pieces[count++ % remembered] = (typeof(*pieces)){ended, took};
}

static int rising(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

static void say_late(double from, double until, double share) {
  static double all[remembered];
  size_t found = 0, oldest = count > remembered ? count - remembered : 0;
  for (size_t index = count; index-- > oldest + 1;) {
    double ended = pieces[index % remembered].ended, took = pieces[index % remembered].took;
    double before = pieces[(index - 1) % remembered].ended;
    if (before > until) continue;
    if (ended < from) break;
    all[found++] = greater(0, ended - took - before - rest_ms);
  }
  qsort(all, found, sizeof(*all), rising);
  size_t at = (size_t)(share * (double)found);
  printf("late %.3f\n", found == 0 ? NAN : all[at < found ? at : found - 1]);
  end_answer();
}

static void hear(const char *question) {
  double from, until, share, slowest = 0, still = 0;
  if (sscanf(question, "late %lf %lf %lf", &from, &until, &share) == 3) {
    say_late(from, until, share);
    return;
  }
  if (sscanf(question, "pace %lf %lf", &from, &until) != 2) unknown(question);
  size_t oldest = count > remembered ? count - remembered : 0;
  for (size_t index = count; index-- > oldest + 1;) {
    double ended = pieces[index % remembered].ended, took = pieces[index % remembered].took;
    double before = pieces[(index - 1) % remembered].ended;
    if (before > until) continue;
    if (ended < from) break;
    slowest = greater(slowest, lesser(took, pieces[(index - 1) % remembered].took));
    still = greater(still, ended - before);
  }
  printf("slowest %.2f\nstill %.3f\n", slowest / shortest, still);
  end_answer();
}

int main(int words, char **word) {
  if (words != 2) {
    fprintf(stderr, "usage: yardstick REST\n");
    return 2;
  }
  int poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) die("epoll_create1");
  watch(poller, STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN, 0);
  end_answer();
  rest_ms = atof(word[1]);
  struct timespec rest = {.tv_nsec = (long)(rest_ms * 1e6)};
  for (;;) {
    struct epoll_event event;
    bool asked = epoll_pwait2(poller, &event, 1, &rest, NULL) > 0;
    measure();
    if (asked) read_questions(hear);
  }
}
