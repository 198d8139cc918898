// Loaded before libc (LD_PRELOAD): passes every sync on, and when it has succeeded appends `sync <path>` to the file
// that COSMO_SYNC_LOG names. One line is one write, so that threads and processes may share the file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int logged(int result, int fd) {
  const char *log = getenv("COSMO_SYNC_LOG");
  if (result != 0 || log == NULL) return result;
  int before = errno;
  char link[64], path[3072], line[3200];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  int out = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  int size = snprintf(line, sizeof line, "sync %.*s\n", length < 0 ? 0 : (int)length, path);
  if (out < 0 || write(out, line, size) != size) abort();
  close(out);
  errno = before;
  return result;
}

int fsync(int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return logged(next(fd), fd);
}

int fdatasync(int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return logged(next(fd), fd);
}

int sync_file_range(int fd, off64_t offset, off64_t count, unsigned int flags) {
  int (*next)(int, off64_t, off64_t, unsigned int) =
      (int (*)(int, off64_t, off64_t, unsigned int))dlsym(RTLD_NEXT, "sync_file_range");
  return logged(next(fd, offset, count, flags), fd);
}
