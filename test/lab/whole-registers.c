/*
 * Lets User-Mode Linux 6.1 run on processors whose extended registers take more than the 2,696
 * bytes for which its buffers were made (those with AMX: 11 KiB). The kernel below it reads a part
 * of that state gladly (PTRACE_GETREGSET) but takes back the whole only (PTRACE_SETREGSET,
 * xstateregs_set in arch/x86/kernel/fpu/regset.c), and the guest panics at its first process.
 *
 * Preloaded, this ptrace(2) hands over the guest's part with the rest in its initial state. No
 * process of the guest can have put anything else there: AMX needs arch_prctl(2)'s
 * ARCH_REQ_XCOMP_PERM, which User-Mode Linux does not know.
 *
 * Where the guest's buffer takes all there is, nothing is changed. One thread of User-Mode Linux
 * calls this, so the buffers are shared.
 */
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Intel SDM, volume 1, 13.4: the legacy region, then the header that begins with XSTATE_BV. */
enum { header = 512, with_header = header + 64 };

static unsigned char read_state[64 * 1024], written_state[sizeof read_state];
/* Bytes of the processor's whole state; 0: not yet asked. */
static size_t whole;

static long kernel_ptrace(long request, long pid, long what, void *data) {
  if (request < PTRACE_PEEKTEXT || request > PTRACE_PEEKUSER)
    return syscall(SYS_ptrace, request, pid, what, data);
  /* The system call stores the word that the library's function returns. */
  long word;
  if (syscall(SYS_ptrace, request, pid, what, &word) < 0) return -1;
  errno = 0;
  return word;
}

static long read_whole(long pid) {
  struct iovec all = {read_state, sizeof read_state};
  long result = kernel_ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &all);
  if (result >= 0) whole = all.iov_len;
  return result;
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

static long read_part(long pid, struct iovec *part) {
  long result = read_whole(pid);
  if (result < 0) return result;
  if (part->iov_len > whole) part->iov_len = whole;
  memcpy(part->iov_base, read_state, part->iov_len);
  return result;
}

static long write_part(long pid, struct iovec *part) {
  if (whole == 0 && read_whole(pid) < 0) return -1;
  if (part->iov_len >= whole || part->iov_len < with_header)
    return kernel_ptrace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, part);
  uint64_t in_use;
  memcpy(written_state, part->iov_base, part->iov_len);
  memcpy(&in_use, written_state + header, sizeof in_use);
  in_use &= components_within(part->iov_len);
  memcpy(written_state + header, &in_use, sizeof in_use);
  struct iovec all = {written_state, whole};
  return kernel_ptrace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, &all);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list rest;
  va_start(rest, request);
  long pid = va_arg(rest, pid_t);
  long what = va_arg(rest, long);
  void *data = va_arg(rest, void *);
  va_end(rest);
  if (what == NT_X86_XSTATE && request == PTRACE_GETREGSET) return read_part(pid, data);
  if (what == NT_X86_XSTATE && request == PTRACE_SETREGSET) return write_part(pid, data);
  return kernel_ptrace(request, pid, what, data);
}
