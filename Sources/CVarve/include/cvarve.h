// What Swift cannot import or say: Linux calls behind GNU macros, and the processor's instructions
// for CRC-32C and SHA-256.
// Functions return what the system call returns (-1 with errno set on failure) unless they say
// otherwise.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/types.h>
#include <sys/uio.h>

/// CRC-32C (Castagnoli). `seed` is the value of the bytes before these; 0 to begin.
/// Uses the SSE 4.2 instruction where the processor has it.
uint32_t varve_crc32c(uint32_t seed, const void *bytes, size_t count);
/// The same value computed with a table, on any processor.
uint32_t varve_crc32c_portable(uint32_t seed, const void *bytes, size_t count);

/// Bytes to be hashed.
struct varve_message {
    const void *bytes;
    size_t count;
};
/// The 32 bytes of a SHA-256, with the processor's instructions. Returns 0, and does nothing, when
/// it has none.
int varve_sha256(const void *bytes, size_t count, uint8_t *digest);
/// The same for several messages, two at a time; their digests follow one another.
int varve_sha256_many(const struct varve_message *messages, size_t count, uint8_t *digests);

/// Asks the processor to have the memory at `address` near soon. Harmless whatever is there.
static inline void varve_prefetch(const void *address) { __builtin_prefetch(address); }

/// Compares two runs of bytes; the sign of the result orders them.
int varve_compare(const void *a, const void *b, size_t count);
/// Where `byte` first occurs, or -1.
ssize_t varve_find_byte(const void *bytes, size_t count, uint8_t byte);

/// realloc that never returns NULL: without memory there is nothing to go on with, so it aborts.
void *varve_resize(void *memory, size_t count);
/// free.
void varve_release(void *memory);

/// preadv2 with RWF_NOWAIT: -1 and EAGAIN when the bytes are not in the page cache.
ssize_t varve_read_nowait(int descriptor, void *bytes, size_t count, off_t offset);
/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC; the peer's address is not kept.
int varve_accept(int listener);
/// send with MSG_NOSIGNAL.
ssize_t varve_send(int descriptor, const void *bytes, size_t count);
/// sendmsg with MSG_NOSIGNAL, and with MSG_MORE if `more` is not 0.
ssize_t varve_send_vectors(int descriptor, const struct iovec *vectors, size_t count, int more);
/// fallocate(FALLOC_FL_KEEP_SIZE) of the first bytes of a file: 0, or -1 and the error.
int varve_reserve(int descriptor, off_t count);
/// flock(LOCK_NB): exclusive or shared.
int varve_lock(int descriptor, int exclusive);
/// flock(LOCK_UN): ends the lock for every duplicate of the descriptor.
int varve_unlock(int descriptor);
/// pipe2 with O_CLOEXEC: the reading and the writing end.
int varve_pipe(int ends[2]);
/// Names the calling thread; the first 15 bytes count.
void varve_name_thread(const char *name);
/// setpriority for the calling thread alone: 1 to 19 leave more of a processor to others.
void varve_yield_to_others(int nice);
/// sync_file_range(SYNC_FILE_RANGE_WRITE): begins to write a part of a file to the disk.
void varve_start_writing(int descriptor, uint64_t offset, uint64_t count);
/// What an error number means, in English, or NULL.
const char *varve_error_words(int code);
/// The name of an error number, for example ENOSPC, or NULL.
const char *varve_error_symbol(int code);
/// The number of processors this thread may run on, or -1.
int varve_processor_count(void);
/// Confines the calling thread to one processor.
int varve_pin_to_processor(int processor);
/// signalfd (nonblocking, close on exec) over the signals given, which are blocked in this thread.
int varve_signal_descriptor(const int *signals, size_t count);
/// Takes one pending signal from a signal descriptor: its number, 0 when there is none, -1 on
/// failure.
int varve_take_signal(int descriptor);
/// Makes a write to a closed pipe or socket fail with EPIPE instead of ending the process.
int varve_ignore_broken_pipes(void);
/// Starts a program with descriptors 0, 1 and 2 replaced (a negative one is inherited), all signals
/// unblocked and default. Returns 0 or an error number; the process id through `pid`.
int varve_spawn(pid_t *pid, const char *path, char *const *arguments, char *const *environment,
                int input, int output, int error);
/// Decodes a wait status: the exit code, or 256 + signal number.
int varve_exit_code(int status);
