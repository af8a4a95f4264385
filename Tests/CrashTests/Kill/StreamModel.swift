import Foundation

/// What one stream must be, by the mutations applied to it: the plain reference for the server's
/// answers.
struct StreamModel: Sendable {
    /// One mutation as a client asks for it.
    enum Operation: Sendable {
        /// Create, with these first records, closed at once or not.
        case create(json: Bool, [Record], closed: Bool)
        /// Append these records, under a producer's sequence number or plainly.
        case append([Record], sequence: Int?)
        /// Append these records and close.
        case close([Record])
        /// Delete.
        case delete
    }

    /// The path component of its name.
    let name: String

    /// The producer that appends to it with sequence numbers.
    var producer: String { "producer-of-\(name)" }

    private(set) var exists = false
    private(set) var isJSON = false
    private(set) var isClosed = false
    private(set) var records: [Record] = []
    private(set) var nextSequence = 0
    private(set) var byteCount = 0

    init(name: String) { self.name = name }

    /// The offset token of the tail: records and bytes from the start. A JSON message counts one
    /// byte more than it has, for the comma that stands behind it.
    var tail: String { String(format: "%016llx_%016llx", records.count, byteCount) }

    /// The model after `operation`.
    func after(_ operation: Operation) -> StreamModel {
        var next = self
        switch operation {
        case .create(let json, let records, let closed):
            next = StreamModel(name: name)
            next.exists = true
            next.isJSON = json
            next.add(records)
            next.isClosed = closed
        case .append(let records, let sequence):
            next.add(records)
            if let sequence { next.nextSequence = sequence + 1 }
        case .close(let records):
            next.add(records)
            next.isClosed = true
        case .delete:
            next = StreamModel(name: name)
        }
        return next
    }

    /// The first difference between the model and what the server shows, nil when there is none.
    func difference(from seen: Observation) -> String? {
        if exists != seen.exists { return "exists: expected \(exists), found \(seen.exists)" }
        guard exists else { return nil }
        if tail != seen.tail { return "tail: expected \(tail), found \(seen.tail)" }
        if isClosed != seen.isClosed {
            return "closed: expected \(isClosed), found \(seen.isClosed)"
        }
        return contentDifference(from: seen.content)
    }

    private func contentDifference(from content: [UInt8]) -> String? {
        var position = 0
        for (index, record) in records.enumerated() {
            var expected = isJSON ? record.json : record.binary
            if isJSON, index + 1 < records.count { expected.append(UInt8(ascii: ",")) }
            let end = position + expected.count
            guard end <= content.count, content[position..<end].isSame(as: expected) else {
                return
                    "record \(index) at byte \(position) of \(content.count) is not as acknowledged"
            }
            position = end
        }
        return position == content.count
            ? nil : "\(content.count - position) bytes that nobody appended"
    }

    private mutating func add(_ added: [Record]) {
        records += added
        byteCount += added.reduce(0) { $0 + $1.count + (isJSON ? 1 : 0) }
    }
}
