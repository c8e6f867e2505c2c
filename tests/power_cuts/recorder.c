/* Logs what a process does to the files of one folder, in order, with the data. Loaded by LD_PRELOAD.
 *
 * RECORDED: the folder (absolute, no slash at the end). RECORD_LOG: where the log goes, shared by several processes
 * (O_APPEND, one write each). RECORD_ACK: a file outside the folder; what is written to it is logged as acknowledged.
 * A sync is logged when it begins: what was logged before it is what it makes durable. SQLite comes with its own
 * library here, so no VFS can be slipped under it; libc's calls are the one place that everything passes.
 * Not seen: writes to mapped memory. Only the -shm has them, and a power cut leaves none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct head {
    char magic;
    char what;
    uint16_t first_len;
    uint16_t second_len;
    uint16_t unused;
    uint32_t data_len;
    uint32_t padding;
    uint64_t inode;
    uint64_t offset;
} __attribute__((packed));

static const char *folder, *acknowledged;
static size_t folder_len;
static int log_fd = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    folder = getenv("RECORDED");
    acknowledged = getenv("RECORD_ACK");
    const char *log = getenv("RECORD_LOG");
    if (!folder || !acknowledged || !log)
        return;
    folder_len = strlen(folder);
    log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_fd < 0)
        abort();
}

static int inside(const char *path) {
    return log_fd >= 0 && !strncmp(path, folder, folder_len) && (path[folder_len] == '/' || !path[folder_len]);
}

static void note(char what, uint64_t inode, uint64_t offset, const char *first, const char *second, const void *data,
                 size_t length) {
    int kept = errno;
    struct head head = {.magic = 'R', .what = what, .first_len = strlen(first), .second_len = strlen(second),
                        .data_len = length, .inode = inode, .offset = offset};
    struct iovec parts[] = {{&head, sizeof head},
                            {(void *)first, head.first_len},
                            {(void *)second, head.second_len},
                            {(void *)data, length}};
    ssize_t all = sizeof head + head.first_len + head.second_len + length;
    if (REAL(writev)(log_fd, parts, 4) != all)
        abort();
    errno = kept;
}

/* The path of a descriptor, if it is of interest; 1 inside the folder, 2 the acknowledgements, 0 neither. */
static int of_interest(int fd, char *path, size_t size, uint64_t *inode) {
    if (log_fd < 0 || fd == log_fd)
        return 0;
    int kept = errno;
    char link[64];
    struct stat facts;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    int found = 0;
    if (length > 0) {
        path[length] = 0;
        found = inside(path) ? 1 : !strcmp(path, acknowledged) ? 2 : 0;
        if (found && !fstat(fd, &facts))
            *inode = facts.st_ino;
    }
    errno = kept;
    return found;
}

static void wrote(int fd, const void *data, ssize_t length, uint64_t offset) {
    char path[4096];
    uint64_t inode = 0;
    int found = length > 0 ? of_interest(fd, path, sizeof path, &inode) : 0;
    if (found)
        note(found == 1 ? 'W' : 'A', inode, offset, "", "", data, length);
}

static void synced(int fd) {
    char path[4096];
    uint64_t inode = 0;
    if (of_interest(fd, path, sizeof path, &inode) == 1)
        note('S', inode, 0, path, "", "", 0);
}

ssize_t write(int fd, const void *data, size_t length) {
    ssize_t done = REAL(write)(fd, data, length);
    /* where it ended up: at the end when appending, else where the position was */
    if (done > 0)
        wrote(fd, data, done, (uint64_t)lseek(fd, 0, SEEK_CUR) - done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    ssize_t done = REAL(pwrite)(fd, data, length, offset);
    wrote(fd, data, done, offset);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    ssize_t done = REAL(pwrite64)(fd, data, length, offset);
    wrote(fd, data, done, offset);
    return done;
}

static void cut(int fd, uint64_t size) {
    char path[4096];
    uint64_t inode = 0;
    if (of_interest(fd, path, sizeof path, &inode) == 1)
        note('T', inode, size, "", "", "", 0);
}

int ftruncate(int fd, off_t size) {
    int done = REAL(ftruncate)(fd, size);
    if (!done)
        cut(fd, size);
    return done;
}

int ftruncate64(int fd, off64_t size) {
    int done = REAL(ftruncate64)(fd, size);
    if (!done)
        cut(fd, size);
    return done;
}

int fsync(int fd) {
    synced(fd);
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    synced(fd);
    return REAL(fdatasync)(fd);
}

static void opened(int fd, const char *path, int flags, int was_there) {
    struct stat facts;
    if (fd < 0 || !inside(path) || fstat(fd, &facts))
        return;
    if ((flags & O_CREAT) && !was_there)
        note('C', facts.st_ino, 0, path, "", "", 0);
    else if (flags & O_TRUNC)
        note('T', facts.st_ino, 0, "", "", "", 0);
}

static int there(const char *path) {
    struct stat facts;
    int kept = errno, found = !lstat(path, &facts);
    errno = kept;
    return found;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;                                                      \
        va_end(more);                                                                                                  \
        int was_there = there(path), fd = REAL(name)(path, flags, mode);                                               \
        opened(fd, path, flags, was_there);                                                                            \
        return fd;                                                                                                     \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int at, const char *path, int flags, ...) {                                                               \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;                                                      \
        va_end(more);                                                                                                  \
        int was_there = there(path), fd = REAL(name)(at, path, flags, mode);                                           \
        opened(fd, path, flags, was_there);                                                                            \
        return fd;                                                                                                     \
    }
OPENAT(openat)
OPENAT(openat64)

int rename(const char *from, const char *to) {
    int done = REAL(rename)(from, to);
    if (!done && inside(from) && inside(to))
        note('N', 0, 0, from, to, "", 0);
    return done;
}

int link(const char *from, const char *to) {
    int done = REAL(link)(from, to);
    if (!done && inside(from) && inside(to))
        note('L', 0, 0, from, to, "", 0);
    return done;
}

int unlink(const char *path) {
    int done = REAL(unlink)(path);
    if (!done && inside(path))
        note('U', 0, 0, path, "", "", 0);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    int done = REAL(mkdir)(path, mode);
    struct stat facts;
    if (!done && inside(path) && !lstat(path, &facts))
        note('D', facts.st_ino, 0, path, "", "", 0);
    return done;
}
