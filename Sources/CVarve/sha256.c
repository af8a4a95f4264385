// SHA-256 with the processor's instructions, two messages at a time: each of the instructions waits
// for the one before in its message, so that a second message comes almost for nothing.
#include "cvarve.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define INSTRUCTIONS __attribute__((target("sha,ssse3,sse4.1")))
// Inlined into functions with the attribute above, and unrolled for a constant number of lanes.
#define STEP static inline __attribute__((always_inline)) INSTRUCTIONS

// FIPS 180-4, 4.2.2.
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// A message on its way.
typedef struct {
    __m128i abef, cdgh;  // the state, as the instructions want it
    const uint8_t *next;
    size_t blocks;       // how many follow at `next`
    size_t tail_blocks;  // how many of `tail` follow these; 0 once they have begun
    uint8_t *digest;
    uint8_t tail[128];   // what is left of the message, and the padding
} Lane;

static int has_instructions;

// Runs before main, so that no caller pays for a check of "prepared".
__attribute__((constructor)) static void prepare(void) {
    unsigned a, b = 0, c, d;
    __builtin_cpu_init();
    // The compiler's own check does not know this extension by name everywhere.
    has_instructions = __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1") &&
                       __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

STEP void begin(Lane *lane, const void *bytes, size_t count, uint8_t *digest) {
    size_t rest = count % 64;
    uint64_t bits = __builtin_bswap64((uint64_t)count * 8);
    lane->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
    lane->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
    lane->next = bytes;
    lane->blocks = count / 64;
    lane->tail_blocks = rest < 56 ? 1 : 2;
    lane->digest = digest;
    memset(lane->tail, 0, sizeof lane->tail);
    if (rest > 0) memcpy(lane->tail, lane->next + count - rest, rest);
    lane->tail[rest] = 0x80;
    memcpy(lane->tail + 64 * lane->tail_blocks - 8, &bits, 8);
}

// False when the message is at its end; goes over to its tail where that comes next.
STEP int has_blocks(Lane *lane) {
    if (lane->blocks == 0) {
        lane->next = lane->tail;
        lane->blocks = lane->tail_blocks;
        lane->tail_blocks = 0;
    }
    return lane->blocks > 0;
}

STEP __m128i swap_bytes(__m128i words) {
    return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

// Takes in `count` blocks of each lane.
STEP void take(Lane *const *lane, size_t count, const int lanes) {
    __m128i abef[2], cdgh[2];
    for (int k = 0; k < lanes; k++) {
        abef[k] = lane[k]->abef;
        cdgh[k] = lane[k]->cdgh;
    }
    for (size_t block = 0; block < count; block++) {
        __m128i words[2][4], abef_before[2], cdgh_before[2];
        for (int k = 0; k < lanes; k++) {
            abef_before[k] = abef[k];
            cdgh_before[k] = cdgh[k];
            const __m128i *bytes = (const __m128i *)(lane[k]->next + 64 * block);
            for (int i = 0; i < 4; i++) words[k][i] = swap_bytes(_mm_loadu_si128(bytes + i));
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < 16; i++) {
            __m128i sum[2];
            for (int k = 0; k < lanes; k++) {
                __m128i *w = words[k];
                if (i >= 4) {
                    __m128i next = _mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]);
                    next = _mm_add_epi32(
                        next, _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4));
                    w[i % 4] = _mm_sha256msg2_epu32(next, w[(i + 3) % 4]);
                }
                sum[k] = _mm_add_epi32(
                    w[i % 4], _mm_load_si128((const __m128i *)(constants + 4 * i)));
            }
            for (int k = 0; k < lanes; k++)
                cdgh[k] = _mm_sha256rnds2_epu32(cdgh[k], abef[k], sum[k]);
            for (int k = 0; k < lanes; k++)
                abef[k] = _mm_sha256rnds2_epu32(
                    abef[k], cdgh[k], _mm_shuffle_epi32(sum[k], 0x0e));
        }
        for (int k = 0; k < lanes; k++) {
            abef[k] = _mm_add_epi32(abef[k], abef_before[k]);
            cdgh[k] = _mm_add_epi32(cdgh[k], cdgh_before[k]);
        }
    }
    for (int k = 0; k < lanes; k++) {
        lane[k]->abef = abef[k];
        lane[k]->cdgh = cdgh[k];
        lane[k]->next += 64 * count;
        lane[k]->blocks -= count;
    }
}

STEP void finish(const Lane *lane) {
    __m128i feba = _mm_shuffle_epi32(lane->abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(lane->cdgh, 0xb1);
    __m128i abcd = _mm_blend_epi16(feba, dchg, 0xf0);
    __m128i efgh = _mm_alignr_epi8(dchg, feba, 8);
    _mm_storeu_si128((__m128i *)lane->digest, swap_bytes(abcd));
    _mm_storeu_si128((__m128i *)(lane->digest + 16), swap_bytes(efgh));
}

INSTRUCTIONS static void hash_one(const void *bytes, size_t count, uint8_t *digest) {
    Lane room, *lane = &room;
    begin(lane, bytes, count, digest);
    while (has_blocks(lane)) take(&lane, lane->blocks, 1);
    finish(lane);
}

INSTRUCTIONS static void hash_many(
    const struct varve_message *messages, size_t count, uint8_t *digests) {
    Lane room[2], *lane[2] = {&room[0], &room[1]};
    size_t started = 0;
    int busy = 0;
    while (busy > 0 || started < count) {
        if (busy < 2 && started < count) {
            begin(lane[busy++], messages[started].bytes, messages[started].count,
                  digests + 32 * started);
            started++;
        }
        for (int k = busy - 1; k >= 0; k--) {
            if (has_blocks(lane[k])) continue;
            finish(lane[k]);
            Lane *ended = lane[k];
            lane[k] = lane[--busy];
            lane[busy] = ended;
        }
        if (busy == 2) {
            size_t common = lane[0]->blocks < lane[1]->blocks ? lane[0]->blocks : lane[1]->blocks;
            take(lane, common, 2);
        } else if (busy == 1 && started == count) {
            take(lane, lane[0]->blocks, 1);
        }
    }
}
#endif

int varve_sha256(const void *bytes, size_t count, uint8_t *digest) {
#if defined(__x86_64__)
    if (has_instructions) {
        hash_one(bytes, count, digest);
        return 1;
    }
#endif
    return 0;
}

int varve_sha256_many(const struct varve_message *messages, size_t count, uint8_t *digests) {
#if defined(__x86_64__)
    if (has_instructions) {
        hash_many(messages, count, digests);
        return 1;
    }
#endif
    return 0;
}
