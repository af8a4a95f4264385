import VarveBytes
package import VarveLog

// `Stream-Compression`: how what is settled of a stream is stored, in the words of the protocol.

extension RunEncoding {
    /// The value of the header, in any case; nil when it is none of the words.
    package init?(header value: UnsafeRawBufferPointer) {
        guard let encoding = Self.allCases.first(where: { value.equalsIgnoringCase($0.word) })
        else { return nil }
        self = encoding
    }

    /// The word for it.
    package var word: StaticString {
        switch self {
        case .none: "none"
        case .zstd: "zstd"
        case .lz4: "lz4"
        }
    }
}
