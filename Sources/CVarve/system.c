// System calls whose names or flags exist only with GNU extensions enabled.
#define _GNU_SOURCE
#include "cvarve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int varve_compare(const void *a, const void *b, size_t count) {
    return count == 0 ? 0 : memcmp(a, b, count);
}

ssize_t varve_find_byte(const void *bytes, size_t count, uint8_t byte) {
    if (count == 0) return -1;
    const void *found = memchr(bytes, byte, count);
    return found ? (const char *)found - (const char *)bytes : -1;
}

void *varve_resize(void *memory, size_t count) {
    void *resized = realloc(memory, count);
    if (!resized) abort();
    return resized;
}

void varve_release(void *memory) { free(memory); }

ssize_t varve_read_nowait(int descriptor, void *bytes, size_t count, off_t offset) {
    struct iovec vector = {.iov_base = bytes, .iov_len = count};
    return preadv2(descriptor, &vector, 1, offset, RWF_NOWAIT);
}

int varve_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

ssize_t varve_send(int descriptor, const void *bytes, size_t count) {
    return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

ssize_t varve_send_vectors(int descriptor, const struct iovec *vectors, size_t count, int more) {
    struct msghdr message = {.msg_iov = (struct iovec *)vectors, .msg_iovlen = count};
    return sendmsg(descriptor, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
}

int varve_reserve(int descriptor, off_t count) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, count);
}

int varve_lock(int descriptor, int exclusive) {
    return flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

int varve_unlock(int descriptor) { return flock(descriptor, LOCK_UN); }

int varve_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void varve_name_thread(const char *name) {
    char shown[16] = {0};
    strncpy(shown, name, sizeof shown - 1);
    pthread_setname_np(pthread_self(), shown);
}

void varve_yield_to_others(int nice) { setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice); }

void varve_start_writing(int descriptor, uint64_t offset, uint64_t count) {
    sync_file_range(descriptor, (off_t)offset, (off_t)count, SYNC_FILE_RANGE_WRITE);
}

const char *varve_error_words(int code) { return strerrordesc_np(code); }

const char *varve_error_symbol(int code) { return strerrorname_np(code); }

int varve_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
    return CPU_COUNT(&set);
}

int varve_pin_to_processor(int processor) {
    if (processor < 0 || processor >= CPU_SETSIZE) return -1;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

int varve_signal_descriptor(const int *signals, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++) sigaddset(&set, signals[i]);
    int code = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (code != 0) {
        errno = code;
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int varve_take_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t count = read(descriptor, &information, sizeof information);
    if (count == (ssize_t)sizeof information) return (int)information.ssi_signo;
    return count < 0 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

int varve_ignore_broken_pipes(void) {
    return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static int prepare_actions(posix_spawn_file_actions_t *actions, const int descriptors[3]) {
    for (int target = 0; target < 3; target++) {
        if (descriptors[target] < 0) continue;
        int code = posix_spawn_file_actions_adddup2(actions, descriptors[target], target);
        if (code != 0) return code;
    }
    return 0;
}

static int prepare_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    if (code == 0) {
        code = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    return code;
}

int varve_spawn(pid_t *pid, const char *path, char *const *arguments, char *const *environment,
                int input, int output, int error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        const int descriptors[3] = {input, output, error};
        code = prepare_actions(&actions, descriptors);
        if (code == 0) code = prepare_attributes(&attributes);
        if (code == 0) {
            code = posix_spawnp(pid, path, &actions, &attributes, arguments, environment);
        }
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int varve_exit_code(int status) {
    return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}
