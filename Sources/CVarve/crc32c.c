// CRC-32C: the processor's instruction where there is one, else eight tables of 256 entries.
#include "cvarve.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78u  // Castagnoli, bits reversed

static uint32_t tables[8][256];
static int has_instruction;

// Runs before main, so that no caller pays for a check of "prepared". Nothing of ours is called
// earlier.
__attribute__((constructor)) static void prepare(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? POLYNOMIAL : 0);
        tables[0][byte] = value;
    }
    for (int table = 1; table < 8; table++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][before & 0xff];
        }
    }
#if defined(__x86_64__)
    __builtin_cpu_init();
    has_instruction = __builtin_cpu_supports("sse4.2");
#endif
}

uint32_t varve_crc32c_portable(uint32_t seed, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint32_t value = ~seed;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        word ^= value;
        value = tables[7][word & 0xff] ^ tables[6][(word >> 8) & 0xff] ^
                tables[5][(word >> 16) & 0xff] ^ tables[4][(word >> 24) & 0xff] ^
                tables[3][(word >> 32) & 0xff] ^ tables[2][(word >> 40) & 0xff] ^
                tables[1][(word >> 48) & 0xff] ^ tables[0][word >> 56];
    }
    for (; count > 0; count--, next++) value = (value >> 8) ^ tables[0][(value ^ *next) & 0xff];
    return ~value;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sse4.2"))) static uint32_t instruction(
    uint32_t seed, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    uint64_t value = ~seed;
    for (; count >= 8; count -= 8, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        value = _mm_crc32_u64(value, word);
    }
    uint32_t narrow = (uint32_t)value;
    for (; count > 0; count--, next++) narrow = _mm_crc32_u8(narrow, *next);
    return ~narrow;
}
#endif

uint32_t varve_crc32c(uint32_t seed, const void *bytes, size_t count) {
#if defined(__x86_64__)
    if (has_instruction) return instruction(seed, bytes, count);
#endif
    return varve_crc32c_portable(seed, bytes, count);
}
