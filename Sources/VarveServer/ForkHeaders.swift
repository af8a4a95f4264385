// The headers that make a PUT a fork, strictly.

import VarveBytes
import VarveHTTP
import VarveLog
import VarveStreams

/// What a request says of the stream that it forks.
enum ForkHeaders {
    /// What the request's headers say; nil when it forks nothing. The source's decoded name is
    /// written to `names`.
    static func parse(
        _ request: borrowing RequestView, basePath: UnsafeRawBufferPointer,
        names: UnsafeMutableRawBufferPointer
    ) throws(Refusal) -> ForkCommand? {
        let offset = request.header(.streamForkOffset)
        let sub = request.header(.streamForkSubOffset)
        guard let path = request.header(.streamForkedFrom) else {
            guard offset == nil, sub == nil else { throw Refusal(.forkWithoutSource) }
            return nil
        }
        guard !path.isEmpty, !request.isRepeated(.streamForkedFrom),
            !request.isRepeated(.streamForkOffset), !request.isRepeated(.streamForkSubOffset)
        else { throw Refusal(.forkWithoutSource) }
        var command = ForkCommand(source: try source(path, basePath, names))
        if let offset {
            guard let position = OffsetToken.parse(offset) else { throw Refusal(.invalidOffset) }
            command.offset = position
        }
        if let sub {
            guard let count = DecimalDigits.parse(sub, allowingLeadingZeros: false) else {
                throw Refusal(.invalidForkSubOffset)
            }
            guard count == 0 || offset != nil else { throw Refusal(.forkSubOffsetAlone) }
            command.subOffset = count
        }
        return command
    }

    /// The name of the stream that a path of this server names; what names none is not there.
    private static func source(
        _ path: UnsafeRawBufferPointer, _ basePath: UnsafeRawBufferPointer,
        _ names: UnsafeMutableRawBufferPointer
    ) throws(Refusal) -> UnsafeRawBufferPointer {
        guard case .stream(let name) = Route.find(path, basePath: basePath, names: names) else {
            throw Refusal(.forkSourceNotFound)
        }
        return name
    }
}
