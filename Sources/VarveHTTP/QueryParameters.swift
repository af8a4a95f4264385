// The query of a request target, as name=value pairs joined by `&`.

import VarveBytes

/// The parameters of a query, as views into it, in order and still escaped.
package struct QueryParameters: Sequence, IteratorProtocol {
    /// One parameter; the value is empty without an equals sign.
    package typealias Element = (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    /// What a look-up found.
    package enum Lookup {
        /// No parameter has the name.
        case absent
        /// Exactly one has; its value, still escaped, possibly empty.
        case value(UnsafeRawBufferPointer)
        /// More than one has.
        case repeated
    }

    private var rest: UnsafeRawBufferPointer

    /// The parameters of `query`, which comes without its question mark.
    package init(_ query: UnsafeRawBufferPointer) {
        rest = query
    }

    /// The next parameter; empty pieces between ampersands are skipped.
    package mutating func next() -> Element? {
        while rest.count > 0 {
            let piece = Self.cut(&rest, at: 0x26)
            guard piece.count > 0 else { continue }
            var value = piece
            let name = Self.cut(&value, at: 0x3D)
            return (name, value)
        }
        return nil
    }

    /// Looks for a parameter whose decoded name is `name`.
    package func find(_ name: StaticString) -> Lookup {
        var found: UnsafeRawBufferPointer?
        for parameter in self where PercentCoding.decodes(parameter.name, to: name) {
            if found != nil { return .repeated }
            found = parameter.value
        }
        guard let found else { return .absent }
        return .value(found)
    }

    /// Splits `text` at its first `separator`: returns what is before and leaves what is behind.
    private static func cut(
        _ text: inout UnsafeRawBufferPointer, at separator: UInt8
    ) -> UnsafeRawBufferPointer {
        let whole = text
        let index = whole.firstIndex(ofByte: separator) ?? whole.count
        text = UnsafeRawBufferPointer(rebasing: whole[Swift.min(index + 1, whole.count)...])
        return UnsafeRawBufferPointer(rebasing: whole[..<index])
    }
}
