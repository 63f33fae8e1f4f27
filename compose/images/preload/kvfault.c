// libkvfault.so: what a faulty clock or a faulty disk answers, inside the servers of the stack.
//
// Preloaded into the servers (LD_PRELOAD, by the scripts that start them). It reads what is ordered from a file of five
// words that it maps once, so that an order takes effect at once in every process that is there, and in those to come:
//
//   clock   CLOCK_REALTIME is late or early by an offset, and drifts from then on. Monotonic clocks stay as they are, as
//           when the clock of a machine is set. A wait for a moment of the wall clock is not moved.
//   disk    of the file system of $KV_FAULT_DISK: full (no file grows: ENOSPC) or read-only (EROFS). Bytes that a file has
//           already can be written again on a full disk, as on a real one. C's buffered files (fopen) are not reached.
//
// Without an order a reading of the clock costs a comparison, and a write two. Why not libfaketime: Debian's (0.9.10)
// ends redis-server in a deadlock at its start (it allocates in its first call, and jemalloc reads the clock in its
// own), takes 0.4 us a reading, and counts a drift from each process' start.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// As `PreloadedFaults` writes it: native words of 64 bits.
struct order {
  int64_t offset;  // ns
  int64_t rate;    // ns that the clock gains in a second
  int64_t since;   // CLOCK_BOOTTIME, ns: from when it gains them
  int64_t disk;
  int64_t check;  // the others and `magic`, by exclusive or: a file half written orders nothing
};
enum { disk_sound = 0, disk_full = 1, disk_read_only = 2 };
static const int64_t magic = 0x6b7666;

static const volatile struct order *orders;
static dev_t disk;
static int (*real_clock)(clockid_t, struct timespec *);

static int ordered(struct order *now) {
  if (!orders || !orders->check) return 0;
  for (int attempt = 0; attempt < 1000; attempt++) {
    struct order read = {orders->offset, orders->rate, orders->since, orders->disk, orders->check};
    if ((read.offset ^ read.rate ^ read.since ^ read.disk ^ magic) == read.check) {
      *now = read;
      return 1;
    }
  }
  return 0;
}

// No C library here: it may be called while the C library, or an allocator, is only being set up.
__attribute__((constructor)) static void start(void) {
  const char *path = getenv("KV_FAULT_FILE");
  int file = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0) : -1;
  if (file >= 0) {
    void *map = mmap(NULL, sizeof(struct order), PROT_READ, MAP_SHARED, file, 0);
    struct stat found;
    // A shorter file would be a fault of another kind.
    if (map != MAP_FAILED && fstat(file, &found) == 0 && found.st_size >= (off_t)sizeof(struct order)) orders = map;
    syscall(SYS_close, file);
  }
  const char *folder = getenv("KV_FAULT_DISK");
  struct stat found;
  if (folder && stat(folder, &found) == 0) disk = found.st_dev;
  real_clock = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
}

// -- clock

static int read_clock(clockid_t clock, struct timespec *time) {
  return real_clock ? real_clock(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = read_clock(clock, time);
  struct order now;
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) || !ordered(&now)) return result;
  int64_t shift = now.offset;
  if (now.rate) {
    struct timespec boot;
    read_clock(CLOCK_BOOTTIME, &boot);
    int64_t passed = boot.tv_sec * 1000000000LL + boot.tv_nsec - now.since;
    if (passed > 0) shift += (int64_t)((__int128)passed * now.rate / 1000000000);
  }
  int64_t shown = time->tv_sec * 1000000000LL + time->tv_nsec + shift;
  time->tv_sec = shown / 1000000000;
  time->tv_nsec = shown % 1000000000;
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *time) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (time) *time = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec *time, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

// -- disk

static int disk_order(void) {
  struct order now;
  return disk && ordered(&now) ? (int)now.disk : disk_sound;
}

// Whether a file may be given bytes up to `end` (-1: where it stands, and `count` more). Sets errno where not.
static int may_write(int file, off_t end, size_t count) {
  int state = disk_order();
  struct stat found;
  if (state == disk_sound || fstat(file, &found) != 0 || found.st_dev != disk || !S_ISREG(found.st_mode)) return 1;
  if (state == disk_full) {
    int flags = (int)syscall(SYS_fcntl, file, F_GETFL, 0);
    if (flags & O_APPEND) {
      end = found.st_size + (off_t)count;
    } else if (end < 0) {
      end = lseek(file, 0, SEEK_CUR) + (off_t)count;
    }
    if (end <= found.st_size) return 1;
  }
  errno = state == disk_full ? ENOSPC : EROFS;
  return 0;
}

static size_t total(const struct iovec *parts, int count) {
  size_t sum = 0;
  for (int index = 0; index < count; index++) sum += parts[index].iov_len;
  return sum;
}

// Whether the folder that holds a name may be changed.
static int may_change(int folder, const char *path, int needs_block) {
  int state = disk_order();
  if (state == disk_sound || (state == disk_full && !needs_block)) return 1;
  char parent[PATH_MAX];
  struct stat found;
  if (strlen(path) >= sizeof(parent)) return 1;
  strcpy(parent, path);
  if (fstatat(folder, dirname(parent), &found, 0) != 0 || found.st_dev != disk) return 1;
  errno = state == disk_full ? ENOSPC : EROFS;
  return 0;
}

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) && disk_order() == disk_read_only) {
    struct stat found;
    if (fstatat(folder, path, &found, 0) != 0) {
      if ((flags & O_CREAT) && !may_change(folder, path, 0)) return -1;
    } else if ((flags & (O_WRONLY | O_RDWR | O_TRUNC)) && found.st_dev == disk && S_ISREG(found.st_mode)) {
      errno = EROFS;
      return -1;
    }
  }
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(flags, last) \
  mode_t mode = 0; \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list rest; \
    va_start(rest, last); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }
int open(const char *path, int flags, ...) { MODE(flags, flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags, flags) return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags, flags) return open_at(folder, path, flags, mode); }
int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __openat_2(int folder, const char *path, int flags) { return open_at(folder, path, flags, 0); }
int __openat64_2(int folder, const char *path, int flags) { return open_at(folder, path, flags, 0); }

#define REFUSED_UNLESS(condition) \
  if (!(condition)) return -1
ssize_t write(int file, const void *bytes, size_t count) {
  REFUSED_UNLESS(may_write(file, -1, count));
  return syscall(SYS_write, file, bytes, count);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
  REFUSED_UNLESS(may_write(file, -1, total(parts, count)));
  return syscall(SYS_writev, file, parts, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
  REFUSED_UNLESS(may_write(file, at + (off_t)count, count));
  return syscall(SYS_pwrite64, file, bytes, count, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off_t at) { return pwrite(file, bytes, count, at); }
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  REFUSED_UNLESS(may_write(file, at + (off_t)total(parts, count), 1));
  return syscall(SYS_pwritev, file, parts, count, at, 0L);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t at) { return pwritev(file, parts, count, at); }
int fallocate(int file, int mode, off_t at, off_t count) {
  REFUSED_UNLESS(may_write(file, at + count, 1));
  return (int)syscall(SYS_fallocate, file, mode, at, count);
}
int fallocate64(int file, int mode, off_t at, off_t count) { return fallocate(file, mode, at, count); }
// It gives the error back in place of setting errno.
int posix_fallocate(int file, off_t at, off_t count) {
  int before = errno;
  int error = fallocate(file, 0, at, count) == 0 ? 0 : errno;
  errno = before;
  return error;
}
int posix_fallocate64(int file, off_t at, off_t count) { return posix_fallocate(file, at, count); }
int ftruncate(int file, off_t size) {
  // A longer file gets a hole, which takes no space.
  if (disk_order() == disk_read_only) REFUSED_UNLESS(may_write(file, size, 1));
  return (int)syscall(SYS_ftruncate, file, size);
}
int ftruncate64(int file, off_t size) { return ftruncate(file, size); }
int mkdirat(int folder, const char *path, mode_t mode) {
  REFUSED_UNLESS(may_change(folder, path, 1));
  return (int)syscall(SYS_mkdirat, folder, path, mode);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
int unlinkat(int folder, const char *path, int flags) {
  REFUSED_UNLESS(may_change(folder, path, 0));
  return (int)syscall(SYS_unlinkat, folder, path, flags);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int renameat(int from, const char *old, int to, const char *new) {
  REFUSED_UNLESS(may_change(to, new, 0));
  return (int)syscall(SYS_renameat2, from, old, to, new, 0);
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }
