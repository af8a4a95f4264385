// JSON text split into messages: simdjson finds the structure and checks the encoding, the grammar is checked here.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What is wrong with a text.
typedef enum {
    VARVE_JSON_VALID = 0,
    /// Nothing but white space.
    VARVE_JSON_EMPTY = 1,
    /// Not UTF-8.
    VARVE_JSON_ENCODING = 2,
    /// A control byte inside a string.
    VARVE_JSON_CONTROL = 3,
    /// A string without its closing quote.
    VARVE_JSON_UNCLOSED = 4,
    /// Against the grammar of RFC 8259, at `position`.
    VARVE_JSON_SYNTAX = 5,
    /// Something follows the value, at `position`.
    VARVE_JSON_TRAILING = 6,
    /// Arrays and objects nested too deeply, at `position`.
    VARVE_JSON_DEPTH = 7,
    /// More messages than asked for at most.
    VARVE_JSON_COUNT = 8,
    /// 4 GiB or more, or no memory for the work.
    VARVE_JSON_SIZE = 9,
} varve_json_fault;

/// One message: where it begins in the text and how many bytes it has, without white space around it.
typedef struct {
    uint32_t start;
    uint32_t count;
} varve_json_span;

/// What `varve_json_split` found.
typedef struct {
    varve_json_fault fault;
    /// Where the fault is, as a byte index into the text; 0 where that is not known.
    size_t position;
    /// How many messages there are; 0 for the text `[]` when flattening.
    size_t count;
    /// The messages, valid until the next call with the same splitter.
    const varve_json_span *spans;
} varve_json_result;

typedef struct varve_json_splitter varve_json_splitter;

/// A splitter with its working memory, which it keeps between uses; NULL without memory.
/// One thread uses it at a time.
varve_json_splitter *varve_json_create(void);
void varve_json_destroy(varve_json_splitter *splitter);

/// The deepest nesting of arrays and objects.
size_t varve_json_depth_max(void);

/// Checks that the text is one JSON value and finds its messages: when `flattens` and the value is an
/// array, each of its elements; else the value itself. Reads nothing beyond `count` bytes.
varve_json_result varve_json_split(varve_json_splitter *splitter, const void *text, size_t count,
                                   int flattens, size_t messages_max);

#ifdef __cplusplus
}
#endif
