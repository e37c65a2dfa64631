/*
 * Preloaded into User-Mode Linux 6.1: the ptrace(2) through which it reads and writes the extended
 * registers of its processes (NT_X86_XSTATE), before and after each time that one of them runs.
 *
 * Its buffers were made for 2,696 bytes. Where the processor has more to keep (AMX: 11 KiB), the
 * kernel below gives a part gladly but takes the whole only (xstateregs_set in
 * arch/x86/kernel/fpu/regset.c), and the guest panics at its first process. Here the rest is added
 * in its initial state. No process of the guest can have put anything else there: AMX needs
 * arch_prctl(2)'s ARCH_REQ_XCOMP_PERM, which User-Mode Linux does not know.
 *
 * And what a stopped process still has, since it was read and nothing has run after, is not written
 * again: a system call of the guest costs a quarter less.
 *
 * One thread of User-Mode Linux calls this, so nothing is locked.
 */
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Intel SDM, volume 1, 13.4: the legacy region, then the header that begins with XSTATE_BV. */
enum { header = 512, with_header = header + 64, guest_buffer = 2696 };

/* What was last read of a process that has not run since; pid 0: nothing. */
struct seen {
  long pid;
  size_t length;
  unsigned char state[guest_buffer];
};

static struct seen *seen_of(long pid) {
  static struct seen table[1024];
  return &table[(unsigned long)pid % (sizeof table / sizeof *table)];
}

static long kernel_ptrace(long request, long pid, long what, void *data) {
  if (request < PTRACE_PEEKTEXT || request > PTRACE_PEEKUSER)
    return syscall(SYS_ptrace, request, pid, what, data);
  /* The system call stores the word that the library's function returns. */
  long word;
  if (syscall(SYS_ptrace, request, pid, what, &word) < 0) return -1;
  errno = 0;
  return word;
}

/* Bytes of the processor's whole state; negative when it cannot be read. */
static long whole_length(long pid) {
  static long known;
  static unsigned char state[64 * 1024];
  struct iovec all = {state, sizeof state};
  if (known != 0) return known;
  if (kernel_ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &all) < 0) return -1;
  return known = (long)all.iov_len;
}

/* XSTATE_BV's bits of the components that end within the first `length` bytes. */
static uint64_t components_within(size_t length) {
  static size_t known_length;
  static uint64_t known;
  if (known_length == length) return known;
  uint64_t bits = 3;
  for (unsigned component = 2; component < 63; component++) {
    unsigned size, offset, flags, none;
    /* Leaf 0DH: EAX is the component's size, EBX its offset in the standard format. */
    if (!__get_cpuid_count(0x0d, component, &size, &offset, &flags, &none)) break;
    if (size != 0 && offset >= with_header && (size_t)offset + size <= length)
      bits |= UINT64_C(1) << component;
  }
  known_length = length;
  return known = bits;
}

static long read_registers(long pid, struct iovec *part) {
  struct seen *seen = seen_of(pid);
  long result = kernel_ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, part);
  bool fits = result >= 0 && part->iov_len <= sizeof seen->state;
  seen->pid = fits ? pid : 0;
  if (!fits) return result;
  seen->length = part->iov_len;
  memcpy(seen->state, part->iov_base, part->iov_len);
  return result;
}

static long write_registers(long pid, struct iovec *part) {
  static unsigned char state[64 * 1024];
  struct seen *seen = seen_of(pid);
  size_t length = part->iov_len;
  if (seen->pid == pid && seen->length == length && memcmp(seen->state, part->iov_base, length) == 0)
    return 0;
  seen->pid = 0;
  long whole = whole_length(pid);
  if (whole < 0) return -1;
  if (length >= (size_t)whole || length < with_header || (size_t)whole > sizeof state)
    return kernel_ptrace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, part);
  uint64_t in_use;
  memcpy(state, part->iov_base, length);
  memcpy(&in_use, state + header, sizeof in_use);
  in_use &= components_within(length);
  memcpy(state + header, &in_use, sizeof in_use);
  struct iovec all = {state, (size_t)whole};
  return kernel_ptrace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, &all);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;
  va_start(rest, request);
  long pid = va_arg(rest, pid_t);
  long what = va_arg(rest, long);
  void *data = va_arg(rest, void *);
  va_end(rest);
  if (what == NT_X86_XSTATE && request == PTRACE_GETREGSET) return read_registers(pid, data);
  if (what == NT_X86_XSTATE && request == PTRACE_SETREGSET) return write_registers(pid, data);
  /* Whatever else is asked for may let the process run. */
  if (request != PTRACE_GETREGS && request != PTRACE_SETREGS) seen_of(pid)->pid = 0;
  return kernel_ptrace(request, pid, what, data);
}
