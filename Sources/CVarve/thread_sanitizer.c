// Only in builds for the thread sanitizer: makes it see the locks of Swift's Synchronization.Mutex.
//
// A Mutex that nobody else wants is taken by an atomic operation in our own code, which the
// sanitizer sees. A contended one is handed over inside the Swift library, which is not built for
// it, so it would report what the lock protects as a race. These functions take the place of the
// library's slow paths and tell it: whoever gets the lock comes after whoever gave it back.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) && defined(__linux__)
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SELF __attribute__((swift_context))

__attribute__((swiftcall)) void varve_lock_slowly(uint32_t thread, SELF uint32_t *lock) __asm__(
    "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
__attribute__((swiftcall)) _Bool varve_try_lock_slowly(SELF uint32_t *lock) __asm__(
    "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
__attribute__((swiftcall)) void varve_unlock_slowly(SELF uint32_t *lock) __asm__(
    "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

__attribute__((swiftcall)) void varve_lock_slowly(uint32_t thread, SELF uint32_t *lock) {
    (void)thread;
    while (syscall(SYS_futex, lock, FUTEX_LOCK_PI_PRIVATE, 0, NULL) != 0) {
        if (errno != EINTR && errno != EAGAIN) abort();
    }
    __tsan_acquire(lock);
}

// Whoever only tries may be told that another has the lock.
__attribute__((swiftcall)) _Bool varve_try_lock_slowly(SELF uint32_t *lock) {
    (void)lock;
    return 0;
}

__attribute__((swiftcall)) void varve_unlock_slowly(SELF uint32_t *lock) {
    __tsan_release(lock);
    while (syscall(SYS_futex, lock, FUTEX_UNLOCK_PI_PRIVATE) != 0) {
        if (errno != EINTR && errno != EAGAIN) abort();
    }
}
#endif
#endif
