// The few lines over RE2. Nothing is written to the standard error.
#include "cre2.h"

#include <cstring>
#include <memory>
#include <re2/re2.h>
#include <string>
#include <vector>

namespace {

constexpr size_t spans_max = 512;

re2::StringPiece piece(const void *bytes, size_t count) {
    // RE2 tells an absent text by its address: the empty one gets an address, too.
    return count == 0 ? re2::StringPiece("", 0)
                      : re2::StringPiece(static_cast<const char *>(bytes), count);
}

}  // namespace

struct varve_pattern {
    re2::RE2 expression;

    varve_pattern(re2::StringPiece source, const re2::RE2::Options &options)
        : expression(source, options) {}
};

extern "C" varve_pattern *varve_pattern_compile(const void *source, size_t source_count, size_t memory_max,
                                                size_t steps_max, char *message, size_t message_size) {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_log_errors(false);
    options.set_max_mem(int64_t(memory_max));
    auto pattern = std::make_unique<varve_pattern>(piece(source, source_count), options);
    const char *fault = nullptr;
    if (!pattern->expression.ok()) {
        fault = pattern->expression.error().c_str();
    } else if (size_t(pattern->expression.NumberOfCapturingGroups()) >= spans_max) {
        fault = "too many groups";
    } else if (pattern->expression.NamedCapturingGroups().size()
               != pattern->expression.CapturingGroupNames().size()) {
        fault = "two groups have the same name";
    } else if (size_t(pattern->expression.ProgramSize()) > steps_max) {
        fault = "pattern too large - it has too many steps";
    }
    if (fault == nullptr) { return pattern.release(); }
    if (message_size > 0) {
        strncpy(message, fault, message_size - 1);
        message[message_size - 1] = 0;
    }
    return nullptr;
}

extern "C" void varve_pattern_destroy(varve_pattern *pattern) { delete pattern; }

extern "C" size_t varve_pattern_group(const varve_pattern *pattern, const void *name, size_t name_count) {
    const auto &groups = pattern->expression.NamedCapturingGroups();
    auto found = groups.find(std::string(static_cast<const char *>(name), name_count));
    return found == groups.end() ? 0 : size_t(found->second);
}

extern "C" bool varve_pattern_matches(const varve_pattern *pattern, const void *text, size_t count) {
    return pattern->expression.Match(piece(text, count), 0, count, re2::RE2::UNANCHORED, nullptr, 0);
}

extern "C" bool varve_pattern_capture(const varve_pattern *pattern, const void *text, size_t count,
                                      varve_pattern_span *spans, size_t span_count) {
    re2::StringPiece whole = piece(text, count);
    re2::StringPiece few[8];
    std::vector<re2::StringPiece> many;
    re2::StringPiece *groups = few;
    if (span_count > spans_max) { return false; }
    if (span_count > 8) {
        many.resize(span_count);
        groups = many.data();
    }
    if (!pattern->expression.Match(whole, 0, count, re2::RE2::UNANCHORED, groups, int(span_count))) { return false; }
    for (size_t index = 0; index < span_count; index++) {
        const char *start = groups[index].data();
        spans[index].start = start == nullptr ? -1 : start - whole.data();
        spans[index].count = start == nullptr ? 0 : ptrdiff_t(groups[index].size());
    }
    return true;
}

extern "C" size_t varve_pattern_spans_max(void) { return spans_max; }
