// The entry to libFuzzer, which no header of the toolchain declares for users.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Runs `callback` on inputs that it invents, as the arguments say; returns the exit code.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
