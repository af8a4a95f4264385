// The splitter: simdjson's first stage gives the places where something begins (brackets, commas, colons, the first byte
// of each string, number and literal) and refuses bad UTF-8, control bytes in strings and unclosed strings. The second
// stage here walks those places with the grammar of RFC 8259. simdjson's own second stages do not fit: the document
// parser refuses numbers beyond 64 bits, the on-demand one does not look into what it skips. This way the text needs no
// copy and no padding either, because only the later stages of simdjson read beyond the end.
#include "csimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

namespace {

constexpr size_t depth_max = 512;
constexpr size_t text_bytes_max = 0xFFFFFFFFu - 64;
// Working memory beyond these is given back after use: 1 MiB of places, 512 KiB of spans.
constexpr size_t kept_capacity_max = 256 * 1024;
constexpr size_t kept_spans_max = 64 * 1024;

bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

bool is_hex(uint8_t byte) {
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

// A text with its end; every read asks for the end first.
struct text_view {
    const uint8_t *bytes;
    size_t count;

    bool digit_at(size_t index) const { return index < count && is_digit(bytes[index]); }

    size_t skip_digits(size_t index) const {
        while (digit_at(index)) { index++; }
        return index;
    }

    // True when a number or literal may end before `index`.
    bool delimited_at(size_t index) const {
        if (index >= count) { return true; }
        uint8_t byte = bytes[index];
        return is_space(byte) || byte == ',' || byte == ']' || byte == '}' || byte == ':';
    }

    // The first quote or backslash from `index` on, or the end; eight bytes at a time.
    size_t find_quote_or_escape(size_t index) const {
        constexpr uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
        while (index + 8 <= count) {
            uint64_t word;
            memcpy(&word, bytes + index, 8);
            uint64_t quote = word ^ (ones * '"'), escape = word ^ (ones * '\\');
            if ((((quote - ones) & ~quote) | ((escape - ones) & ~escape)) & highs) { break; }
            index += 8;
        }
        while (index < count && bytes[index] != '"' && bytes[index] != '\\') { index++; }
        return index;
    }

    // The functions below return where the token that begins at `index` ends, or 0 when it is malformed.

    size_t string_end(size_t index) const {
        index = find_quote_or_escape(index + 1);
        while (index < count && bytes[index] == '\\') {
            if (index + 1 >= count) { return 0; }
            switch (bytes[index + 1]) {
            case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
                index += 2;
                break;
            case 'u':
                if (index + 6 > count) { return 0; }
                for (size_t digit = index + 2; digit < index + 6; digit++) {
                    if (!is_hex(bytes[digit])) { return 0; }
                }
                index += 6;
                break;
            default:
                return 0;
            }
            index = find_quote_or_escape(index);
        }
        return index < count ? index + 1 : 0;
    }

    size_t number_end(size_t index) const {
        if (bytes[index] == '-') { index++; }
        if (!digit_at(index)) { return 0; }
        index = bytes[index] == '0' ? index + 1 : skip_digits(index);
        if (index < count && bytes[index] == '.') {
            if (!digit_at(index + 1)) { return 0; }
            index = skip_digits(index + 1);
        }
        if (index < count && (bytes[index] | 0x20) == 'e') {
            index++;
            if (index < count && (bytes[index] == '+' || bytes[index] == '-')) { index++; }
            if (!digit_at(index)) { return 0; }
            index = skip_digits(index);
        }
        return delimited_at(index) ? index : 0;
    }

    size_t literal_end(size_t index, const char *literal, size_t length) const {
        bool is_there = count - index >= length && memcmp(bytes + index, literal, length) == 0;
        return is_there && delimited_at(index + length) ? index + length : 0;
    }

    size_t scalar_end(size_t index) const {
        switch (bytes[index]) {
        case '"': return string_end(index);
        case 't': return literal_end(index, "true", 4);
        case 'f': return literal_end(index, "false", 5);
        case 'n': return literal_end(index, "null", 4);
        default: return number_end(index);
        }
    }
};

// What the grammar allows at the next place.
enum class expected { value, value_or_end, key, key_or_end, colon, comma_or_end, nothing };

// The arrays and objects around the current place, one bit each.
struct nesting {
    uint64_t words[depth_max / 64] = {};
    size_t depth = 0;

    bool push(bool is_array) {
        if (depth == depth_max) { return false; }
        uint64_t bit = uint64_t(1) << (depth % 64);
        words[depth / 64] = is_array ? words[depth / 64] | bit : words[depth / 64] & ~bit;
        depth++;
        return true;
    }

    bool in_array() const { return words[(depth - 1) / 64] >> ((depth - 1) % 64) & 1; }
};

}  // namespace

struct varve_json_splitter {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
    varve_json_span *spans = nullptr;
    size_t spans_capacity = 0;

    ~varve_json_splitter() { free(spans); }

    bool reserve_places(size_t count) {
        if (stage->capacity() > count) { return true; }
        size_t capacity = 4096;
        while (capacity <= count) { capacity *= 2; }
        if (capacity > text_bytes_max) { capacity = text_bytes_max; }
        return stage->set_capacity(capacity) == simdjson::SUCCESS;
    }

    bool reserve_span(size_t count) {
        if (count < spans_capacity) { return true; }
        size_t capacity = spans_capacity == 0 ? 64 : spans_capacity * 2;
        void *grown = realloc(spans, capacity * sizeof(varve_json_span));
        if (grown == nullptr) { return false; }
        spans = static_cast<varve_json_span *>(grown);
        spans_capacity = capacity;
        return true;
    }

    // Gives back what an unusually large text needed.
    void shrink(size_t text_count) {
        if (stage->capacity() > kept_capacity_max && text_count <= kept_capacity_max) {
            (void)stage->set_capacity(4096);
        }
        if (spans_capacity > kept_spans_max) {
            free(spans);
            spans = nullptr;
            spans_capacity = 0;
        }
    }
};

namespace {

varve_json_fault fault_of(simdjson::error_code code) {
    switch (code) {
    case simdjson::EMPTY: return VARVE_JSON_EMPTY;
    case simdjson::UTF8_ERROR: return VARVE_JSON_ENCODING;
    case simdjson::UNESCAPED_CHARS: return VARVE_JSON_CONTROL;
    case simdjson::UNCLOSED_STRING: return VARVE_JSON_UNCLOSED;
    case simdjson::CAPACITY: case simdjson::MEMALLOC: return VARVE_JSON_SIZE;
    default: return VARVE_JSON_SYNTAX;
    }
}

// The second stage over one text.
struct walk {
    varve_json_splitter *splitter;
    text_view text;
    size_t messages_max;
    // The depth at which a value is a message: 1 inside an array that is flattened.
    size_t message_depth;
    varve_json_result result{};
    nesting around{};
    expected next = expected::value;
    uint32_t message_start = 0;

    bool fail(varve_json_fault fault, size_t position) {
        result.fault = fault;
        result.position = position;
        return false;
    }

    // A value ended before `end`.
    bool finish_value(size_t end) {
        next = around.depth == 0 ? expected::nothing : expected::comma_or_end;
        if (around.depth != message_depth) { return true; }
        if (result.count == messages_max) { return fail(VARVE_JSON_COUNT, message_start); }
        if (!splitter->reserve_span(result.count)) { return fail(VARVE_JSON_SIZE, 0); }
        splitter->spans[result.count++] = {message_start, uint32_t(end) - message_start};
        return true;
    }

    bool open(bool is_array, size_t place) {
        if (!around.push(is_array)) { return fail(VARVE_JSON_DEPTH, place); }
        next = is_array ? expected::value_or_end : expected::key_or_end;
        return true;
    }

    bool close(size_t place) {
        around.depth--;
        // The array that is flattened is no message itself.
        if (around.depth < message_depth) {
            next = expected::nothing;
            return true;
        }
        return finish_value(place + 1);
    }

    bool begin_value(size_t place, size_t &token_end) {
        if (around.depth == message_depth) { message_start = uint32_t(place); }
        uint8_t first = text.bytes[place];
        if (first == '[' || first == '{') { return open(first == '[', place); }
        token_end = text.scalar_end(place);
        return token_end == 0 ? fail(VARVE_JSON_SYNTAX, place) : finish_value(token_end);
    }

    bool begin_key(size_t place, size_t &token_end) {
        if (text.bytes[place] != '"') { return fail(VARVE_JSON_SYNTAX, place); }
        token_end = text.string_end(place);
        next = expected::colon;
        return token_end == 0 ? fail(VARVE_JSON_SYNTAX, place) : true;
    }

    // Takes what begins at `place`; `token_end` becomes its end when it is a string, number or literal.
    bool step(size_t place, size_t &token_end) {
        uint8_t byte = text.bytes[place];
        switch (next) {
        case expected::value_or_end:
            if (byte == ']') { return close(place); }
            return begin_value(place, token_end);
        case expected::value:
            return begin_value(place, token_end);
        case expected::key_or_end:
            if (byte == '}') { return close(place); }
            return begin_key(place, token_end);
        case expected::key:
            return begin_key(place, token_end);
        case expected::colon:
            next = expected::value;
            return byte == ':' ? true : fail(VARVE_JSON_SYNTAX, place);
        case expected::comma_or_end:
            if (byte == ',') {
                next = around.in_array() ? expected::value : expected::key;
                return true;
            }
            if (byte != (around.in_array() ? ']' : '}')) { return fail(VARVE_JSON_SYNTAX, place); }
            return close(place);
        case expected::nothing:
            break;
        }
        return fail(VARVE_JSON_TRAILING, place);
    }

    void run() {
        const uint32_t *places = splitter->stage->structural_indexes.get();
        size_t count = splitter->stage->n_structural_indexes;
        size_t token_end = 0;
        for (size_t index = 0; index < count; index++) {
            size_t place = places[index];
            // Nothing begins inside a token, whatever the first stage says.
            if (place >= text.count || place < token_end) {
                fail(VARVE_JSON_SYNTAX, place);
                return;
            }
            if (!step(place, token_end)) { return; }
        }
        if (next != expected::nothing) { fail(VARVE_JSON_SYNTAX, text.count); }
    }
};

}  // namespace

extern "C" varve_json_splitter *varve_json_create(void) {
    auto *splitter = new (std::nothrow) varve_json_splitter;
    if (splitter == nullptr) { return nullptr; }
    auto code = simdjson::get_active_implementation()->create_dom_parser_implementation(4096, 1, splitter->stage);
    if (code == simdjson::SUCCESS) { return splitter; }
    delete splitter;
    return nullptr;
}

extern "C" void varve_json_destroy(varve_json_splitter *splitter) { delete splitter; }

extern "C" size_t varve_json_depth_max(void) { return depth_max; }

extern "C" varve_json_result varve_json_split(varve_json_splitter *splitter, const void *text, size_t count,
                                              int flattens, size_t messages_max) {
    varve_json_result result{};
    result.fault = VARVE_JSON_EMPTY;
    if (count == 0) { return result; }
    splitter->shrink(count);
    if (count > text_bytes_max || !splitter->reserve_places(count)) {
        result.fault = VARVE_JSON_SIZE;
        return result;
    }
    auto *bytes = static_cast<const uint8_t *>(text);
    auto code = splitter->stage->stage1(bytes, count, simdjson::stage1_mode::regular);
    if (code != simdjson::SUCCESS) {
        result.fault = fault_of(code);
        return result;
    }
    bool is_array = bytes[splitter->stage->structural_indexes[0]] == '[';
    walk walk{splitter, {bytes, count}, messages_max, flattens && is_array ? size_t(1) : size_t(0)};
    walk.run();
    walk.result.spans = splitter->spans;
    if (walk.result.fault != VARVE_JSON_VALID) { walk.result.count = 0; }
    return walk.result;
}
