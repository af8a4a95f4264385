// The decoder of chunked bodies (RFC 9112, section 7.1): a state machine over single bytes around
// runs of content, so nothing is kept between calls but its state, and any split gives the same
// result. Extensions and trailers are checked, bounded and dropped.

import VarveBytes

/// An incremental decoder of one chunked body.
package struct ChunkedDecoder: Sendable {
    /// What the next bytes were.
    package enum Step: Equatable, Sendable {
        /// All input is taken and the body is not complete.
        case needsMore
        /// These bytes of the input are content.
        case content(Range<Int>)
        /// The body and its trailers are complete; the position is behind them.
        case finished
        /// The body is refused; the connection cannot go on.
        case failed(HTTPError)
    }

    /// The most digits of a chunk size, leading zeros included: what fits 64 bits.
    package static let sizeDigitsMax = 16
    /// The most bytes of chunk extensions in one body.
    package static let extensionBytesMax = 16 * 1024
    /// The most bytes of trailers, line ends included.
    package static let trailerBytesMax = 8 * 1024

    private enum State: Equatable {
        case sizeStart
        case size
        case sizeSpace
        case extensions
        case sizeLineFeed
        case content
        case contentReturn
        case contentLineFeed
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case endLineFeed
        case finished
        case failed(HTTPError)
    }

    private var state = State.sizeStart
    /// What is left of the current chunk.
    private var remaining: UInt64 = 0
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    /// The bytes of content in all chunks whose size was read, the current one included; what to
    /// compare with a body limit. Stops at `UInt64.max`.
    package private(set) var announcedBytes: UInt64 = 0

    /// A decoder at the start of a body.
    package init() {}

    /// Takes input from `position` on and moves `position` behind what it took. Call it again until
    /// it returns something other than `content`. After `finished` and `failed` it returns the same
    /// again.
    package mutating func next(_ input: UnsafeRawBufferPointer, from position: inout Int) -> Step {
        precondition(position >= 0 && position <= input.count)
        guard let base = input.baseAddress else { return idle }
        while true {
            switch state {
            case .finished: return .finished
            case .failed(let error): return .failed(error)
            case .content:
                guard position < input.count else { return .needsMore }
                let available = UInt64(input.count &- position)
                let size = min(available, remaining)
                let start = position
                position &+= Int(size)
                remaining &-= size
                if remaining == 0 { state = .contentReturn }
                return .content(start..<position)
            default:
                guard position < input.count else { return .needsMore }
                let byte = base.load(fromByteOffset: position, as: UInt8.self)
                position &+= 1
                state = step(byte)
            }
        }
    }

    /// The answer to empty input.
    private var idle: Step {
        switch state {
        case .finished: .finished
        case .failed(let error): .failed(error)
        default: .needsMore
        }
    }

    /// The state after one byte of framing.
    @inline(__always)
    private mutating func step(_ byte: UInt8) -> State {
        switch state {
        case .sizeStart, .size: sizeByte(byte)
        case .sizeSpace: spaceByte(byte)
        case .extensions: extensionByte(byte)
        case .sizeLineFeed: byte == 0x0A ? endOfSizeLine() : .failed(.malformedChunkSize)
        case .contentReturn: byte == 0x0D ? .contentLineFeed : .failed(.malformedChunk)
        case .contentLineFeed: byte == 0x0A ? .sizeStart : .failed(.malformedChunk)
        case .trailerStart, .trailerName, .trailerValue: trailerByte(byte)
        case .trailerLineFeed: byte == 0x0A ? trailerFeed() : .failed(.malformedTrailer)
        case .endLineFeed: byte == 0x0A ? .finished : .failed(.malformedTrailer)
        case .content, .finished, .failed: state
        }
    }

    @inline(__always)
    private mutating func sizeByte(_ byte: UInt8) -> State {
        if let digit = Hex.value(byte) {
            if state == .sizeStart {
                sizeDigits = 0
                remaining = 0
            }
            sizeDigits &+= 1
            guard sizeDigits <= Self.sizeDigitsMax else { return .failed(.malformedChunkSize) }
            remaining = remaining &<< 4 | UInt64(digit)
            return .size
        }
        guard state == .size else { return .failed(.malformedChunkSize) }
        switch byte {
        case 0x0D: return .sizeLineFeed
        case 0x3B: return extensionByte(byte)
        case 0x20, 0x09: return spaceByte(byte)
        default: return .failed(.malformedChunkSize)
        }
    }

    /// White space behind a size is allowed only in front of an extension (section 7.1.1).
    private mutating func spaceByte(_ byte: UInt8) -> State {
        switch byte {
        case 0x3B: return extensionByte(byte)
        case 0x20, 0x09: return countExtensionByte() ?? .sizeSpace
        default: return .failed(.malformedChunkSize)
        }
    }

    private mutating func extensionByte(_ byte: UInt8) -> State {
        if byte == 0x0D { return .sizeLineFeed }
        guard byte == 0x09 || byte >= 0x20 && byte != 0x7F else {
            return .failed(.malformedChunkSize)
        }
        return countExtensionByte() ?? .extensions
    }

    private mutating func countExtensionByte() -> State? {
        extensionBytes &+= 1
        return extensionBytes > Self.extensionBytesMax ? .failed(.chunkExtensionTooLong) : nil
    }

    private mutating func endOfSizeLine() -> State {
        let (sum, over) = announcedBytes.addingReportingOverflow(remaining)
        announcedBytes = over ? .max : sum
        return remaining == 0 ? .trailerStart : .content
    }

    private mutating func trailerByte(_ byte: UInt8) -> State {
        if state == .trailerStart && byte == 0x0D { return .endLineFeed }
        trailerBytes &+= 1
        guard trailerBytes <= Self.trailerBytesMax else { return .failed(.trailersTooLarge) }
        if state == .trailerValue {
            if byte == 0x0D { return .trailerLineFeed }
            let isText = byte == 0x09 || byte >= 0x20 && byte != 0x7F
            return isText ? .trailerValue : .failed(.malformedTrailer)
        }
        if CharacterClass.token.contains(byte) { return .trailerName }
        return state == .trailerName && byte == 0x3A ? .trailerValue : .failed(.malformedTrailer)
    }

    private mutating func trailerFeed() -> State {
        trailerBytes &+= 2
        return .trailerStart
    }
}
