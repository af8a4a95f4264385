import CRE2

/// A regular expression over bytes, found anywhere in a key's rest or a value.
///
/// Every byte is a character, also those of text beyond ASCII; `.` stands for any byte but a line
/// feed, for any byte at all after `(?s)`. What `PatternDialect` says is understood besides the
/// syntax of RE2. A match takes time in proportion to the text, and bounded memory.
///
/// Thread rule: any number of threads may use one at the same time.
package final class KeyPattern: Sendable {
    /// The most bytes that the program of a pattern and its states take, about.
    package static let memoryBytesMax = 1 << 20
    /// The most steps of a program, which cost at each byte at the worst; any literal has fewer.
    package static let stepsMax = 1100
    /// The most groups of one match, the whole of it included.
    static var spansMax: Int { varve_pattern_spans_max() }

    /// What one match found of its groups: the whole of it first, then group after group.
    typealias Spans = UnsafeMutableBufferPointer<varve_pattern_span>

    /// Memory for that many spans; who calls gives it back.
    static func allocateSpans(_ count: Int) -> Spans {
        let spans = Spans.allocate(capacity: count)
        spans.initialize(repeating: varve_pattern_span(start: -1, count: 0))
        return spans
    }

    /// The pattern as it came.
    package let source: String
    // Immutable behind its address, so any thread may use it: RE2 locks its cache of states itself.
    private nonisolated(unsafe) let pattern: OpaquePointer

    /// The pattern that `source` says, which came in `field` of a message.
    /// - Throws: `invalidPattern` with what RE2 has against it, or its size.
    package init(_ source: String, field: String? = nil) throws(StoreError) {
        let size = source.utf8.count
        guard size <= StoreLimits.patternBytesMax else {
            throw .invalidPattern(
                "it has \(size) bytes; a pattern has at most \(StoreLimits.patternBytesMax)",
                field: field)
        }
        self.source = source
        var (compiled, fault) = (nil as OpaquePointer?, "")
        PatternDialect.translate(Array(source.utf8)).withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { message in
                message.initialize(repeating: 0)
                compiled = varve_pattern_compile(
                    bytes.baseAddress, bytes.count, Self.memoryBytesMax, Self.stepsMax,
                    message.baseAddress, message.count)
                let text = UnsafeRawBufferPointer(message).prefix { $0 != 0 }
                fault = String(decoding: text, as: UTF8.self)
            }
        }
        guard let compiled else {
            throw .invalidPattern("\(fault), in \"\(source)\"", field: field)
        }
        pattern = compiled
    }

    deinit {
        varve_pattern_destroy(pattern)
    }

    /// True when the pattern matches somewhere in `text`. Linear.
    package func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        varve_pattern_matches(pattern, text.baseAddress, text.count)
    }

    /// The number of the group with that name; nil when there is none.
    package func group(named name: String) -> Int? {
        let group = Array(name.utf8).withUnsafeBytes {
            varve_pattern_group(pattern, $0.baseAddress, $0.count)
        }
        return group == 0 ? nil : group
    }

    /// Finds the leftmost match in `text` and where its first groups are, as many as there are
    /// `spans`; false when there is no match. Linear, with a larger factor than `matches`.
    func capture(_ text: UnsafeRawBufferPointer, into spans: Spans) -> Bool {
        varve_pattern_capture(pattern, text.baseAddress, text.count, spans.baseAddress, spans.count)
    }
}

extension varve_pattern_span {
    /// The part of `text` that the group has; nil when it took no part in the match.
    func part(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard start >= 0 else { return nil }
        return UnsafeRawBufferPointer(rebasing: text[start..<start + count])
    }
}
