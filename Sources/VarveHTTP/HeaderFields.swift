// A second walk over a head that the parser has already accepted, for the few who need every line:
// lists spread over repeated lines, and logs.

/// The header lines of a validated head, in order, as views into it.
package struct HeaderFields: Sequence, IteratorProtocol {
    /// One line: its name as sent and its value without surrounding white space.
    package typealias Element = (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    /// What is left: lines, each with its CR LF, ending with the empty line.
    private var rest: UnsafeRawBufferPointer

    /// The lines of `head`, which must be a complete head that a parser accepted, from its request
    /// or status line through its empty line. Views stay valid as long as its memory does.
    package init(head: UnsafeRawBufferPointer) {
        var text = head
        while text.starts(with: [0x0D, 0x0A]) {
            text = UnsafeRawBufferPointer(rebasing: text.dropFirst(2))
        }
        rest = text
        _ = nextLine()
    }

    /// Takes one line off `rest`, without its CR LF.
    private mutating func nextLine() -> UnsafeRawBufferPointer? {
        guard let base = rest.baseAddress,
            let feed = ByteScan.first(0x0A, in: base, from: 0, to: rest.count)
        else { return nil }
        let line = UnsafeRawBufferPointer(start: base, count: feed > 0 ? feed - 1 : 0)
        rest = UnsafeRawBufferPointer(rebasing: rest[(feed + 1)...])
        return line
    }

    package mutating func next() -> Element? {
        guard let line = nextLine(), let base = line.baseAddress,
            let colon = ByteScan.first(0x3A, in: base, from: 0, to: line.count)
        else { return nil }
        let value = FieldText.trimmed(base, from: colon + 1, to: line.count)
        return (
            UnsafeRawBufferPointer(rebasing: line[..<colon]),
            UnsafeRawBufferPointer(rebasing: line[value])
        )
    }
}
