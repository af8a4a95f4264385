import CSimdjson

/// Splits a JSON text into the messages of a JSON stream.
///
/// The text is one value as RFC 8259 has it: strict grammar, UTF-8, nothing after it, nesting up to
/// `depthMax`, numbers of any size. An array is flattened one level: its elements are the messages,
/// and `[]` has none; any other value is one message. Messages are views into the text, without the
/// white space around them, otherwise as they came. Escapes of lone surrogates are in the grammar
/// and therefore pass.
///
/// Thread rule: one thread uses a splitter at a time. It keeps its working memory between uses and
/// gives back what an unusually large text made it take.
package final class JSONMessages {
    /// The deepest nesting of arrays and objects.
    package static var depthMax: Int { varve_json_depth_max() }

    /// Why a text is refused.
    package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        /// The kinds of faults.
        package enum Kind: String, Sendable {
            /// There is no value.
            case empty = "there is no value"
            /// The bytes are not UTF-8.
            case encoding = "the text is not UTF-8"
            /// A byte below 0x20 inside a string.
            case control = "a string has a control byte"
            /// A string has no end.
            case unclosedString = "a string is not closed"
            /// Against the grammar.
            case syntax = "the text is not JSON"
            /// Something comes after the value.
            case trailing = "something follows the value"
            /// Nested too deeply.
            case depth = "arrays and objects are nested too deeply"
            /// More messages than one request may bring.
            case count = "there are too many messages"
            /// The text is too large.
            case size = "the text is too large"
        }
        /// What is wrong.
        package let kind: Kind
        /// The index of the byte where it was noticed; 0 where that is not known.
        package let position: Int

        /// One line that says what and where.
        package var description: String {
            position == 0 ? kind.rawValue : "\(kind.rawValue), at byte \(position)"
        }
    }

    /// The messages of a text, valid until its splitter is used again and as long as the text.
    package struct Messages {
        let text: UnsafeRawBufferPointer
        let spans: UnsafeBufferPointer<varve_json_span>

        /// How many messages there are.
        package var count: Int { spans.count }

        /// One message.
        package subscript(_ index: Int) -> UnsafeRawBufferPointer {
            let start = Int(spans[index].start)
            return UnsafeRawBufferPointer(
                rebasing: text[start..<start + Int(spans[index].count)])
        }
    }

    private let splitter: OpaquePointer

    /// A splitter; nil without memory for it.
    package init?() {
        guard let splitter = varve_json_create() else { return nil }
        self.splitter = splitter
    }

    deinit {
        varve_json_destroy(splitter)
    }

    /// Checks `text` and finds its messages, at most `countMax` of them. Linear.
    ///
    /// - Parameter flattens: whether the elements of an array are the messages.
    package func split(
        _ text: UnsafeRawBufferPointer, flattens: Bool = true, countMax: Int = .max
    ) throws(Fault) -> Messages {
        let result = varve_json_split(
            splitter, text.baseAddress, text.count, flattens ? 1 : 0, countMax)
        if let kind = Self.kind(of: result.fault) {
            throw Fault(kind: kind, position: result.position)
        }
        let spans = UnsafeBufferPointer(start: result.spans, count: result.count)
        return Messages(text: text, spans: spans)
    }

    private static func kind(of fault: varve_json_fault) -> Fault.Kind? {
        switch fault {
        case VARVE_JSON_VALID: nil
        case VARVE_JSON_EMPTY: .empty
        case VARVE_JSON_ENCODING: .encoding
        case VARVE_JSON_CONTROL: .control
        case VARVE_JSON_UNCLOSED: .unclosedString
        case VARVE_JSON_TRAILING: .trailing
        case VARVE_JSON_DEPTH: .depth
        case VARVE_JSON_COUNT: .count
        case VARVE_JSON_SIZE: .size
        default: .syntax
        }
    }
}
