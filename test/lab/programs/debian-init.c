/*
 * First process of a guest with Debian's own kernel (guest/debian.ts): loads the modules that lie
 * in /m, in the order of their names, mounts the host's root under a layer in memory, and becomes
 * bash with the script that the kernel's command line names.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char modules[] = "/m";

/* The kernel panics then, and so the guest ends. */
static void fail(const char *what, const char *which) {
  printf("init: %s %s: %s\n", what, which, strerror(errno));
  fflush(stdout);
  exit(1);
}

static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void load_modules(void) {
  struct dirent **found;
  int count = scandir(modules, &found, visible, alphasort);
  if (count < 0) fail("read", modules);
  for (int at = 0; at < count; at++) {
    char file[512];
    snprintf(file, sizeof file, "%s/%s", modules, found[at]->d_name);
    int module = open(file, O_RDONLY | O_CLOEXEC);
    if (module < 0 || syscall(SYS_finit_module, module, "", 0) != 0) fail("load", file);
    close(module);
  }
}

static void mounted(const char *source, const char *at, const char *type, unsigned long flags,
                    const char *options) {
  mkdir(at, 0755);
  if (mount(source, at, type, flags, options) != 0) fail("mount", at);
}

int main(int count, char **words) {
  if (count < 2) return 2;
  mounted("dev", "/dev", "devtmpfs", 0, NULL);
  int terminal = open("/dev/ttyS0", O_RDWR);
  for (int descriptor = 0; terminal >= 0 && descriptor <= 2; descriptor++)
    dup2(terminal, descriptor);
  if (terminal > 2) close(terminal);
  load_modules();
  /* The host's files may change under a guest; what it has read stays as it was. */
  mounted("root", "/low", "9p", MS_RDONLY,
          "trans=virtio,version=9p2000.L,cache=loose,msize=512000");
  mounted("up", "/up", "tmpfs", 0, NULL);
  mkdir("/up/files", 0755);
  mkdir("/up/work", 0755);
  mounted("root", "/new", "overlay", 0, "lowerdir=/low,upperdir=/up/files,workdir=/up/work");
  if (mount("/dev", "/new/dev", NULL, MS_MOVE, NULL) != 0) fail("move", "/dev");
  if (chdir("/new") != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 || chroot(".") != 0)
    fail("enter", "/new");
  execl("/bin/bash", "bash", words[1], (char *)NULL);
  fail("start", "/bin/bash");
}
