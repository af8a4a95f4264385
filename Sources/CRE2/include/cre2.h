// Regular expressions over bytes: RE2 in its Latin-1 mode, where every byte is a character.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A part of a text: where it begins and how many bytes it has; `start` is -1 for a group that took
/// no part in the match.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t count;
} varve_pattern_span;

typedef struct varve_pattern varve_pattern;

/// A pattern that needs at most about `memory_max` bytes for its programs and their states, and whose
/// program has at most `steps_max` steps, or NULL: then `message` has what is wrong, cut to `message_size`
/// bytes, the closing NUL included. Any number of threads may use a pattern at the same time.
varve_pattern *varve_pattern_compile(const void *source, size_t source_count, size_t memory_max,
                                     size_t steps_max, char *message, size_t message_size);
void varve_pattern_destroy(varve_pattern *pattern);

/// The number of the group with that name, counted from 1; 0 when there is none.
size_t varve_pattern_group(const varve_pattern *pattern, const void *name, size_t name_count);

/// True when the pattern matches somewhere in the text. Linear in the text.
bool varve_pattern_matches(const varve_pattern *pattern, const void *text, size_t count);

/// The same for the leftmost match, and where the whole of it (`spans[0]`) and its first groups are: as
/// many as there are `spans`, at most `varve_pattern_spans_max`, else false.
bool varve_pattern_capture(const varve_pattern *pattern, const void *text, size_t count,
                           varve_pattern_span *spans, size_t span_count);

/// The most spans of one match.
size_t varve_pattern_spans_max(void);

#ifdef __cplusplus
}
#endif
