import Testing
import VarveBytes
import VarveIndex
import VarveLog

@testable import VarveStore

/// The encoding of a batch, which is persisted.
@Suite struct BatchImageTests {
    private let example: [UInt8] = [
        0x01, 0x03, 0x00, 0x00, 0x00, 0x01, 0x61, 0x02, 0x01, 0x02, 0x00, 0x00, 0x01, 0x61, 0x01,
        0x03,
    ]

    private func encode(_ entries: [StoreEntry]) throws -> EncodedBatch {
        var encoder = BatchEncoder(.put, options: StoreOptions())
        for entry in entries {
            try entry.key.withUnsafeBytes { key in
                try entry.value.withUnsafeBytes { try encoder.append(key, $0) }
            }
        }
        return try encoder.finish()
    }

    private func decode(_ bytes: [UInt8]) throws -> BatchImage {
        var writer = ByteWriter()
        bytes.withUnsafeBytes { writer.append($0) }
        return try BatchImage(
            decoding: BatchMemory(writer), at: 0, sequence: 7,
            place: StreamPosition(record: 6, byte: 100))
    }

    @Test("The worked example of the format is what a batch encodes to, and decodes again")
    func theWorkedExampleHolds() throws {
        let entries = [
            StoreEntry(key: [0x61], value: [1, 2]), StoreEntry(key: [], value: []),
            StoreEntry(key: [0x61], value: [3]),
        ]
        let encoded = try encode(entries)
        withExtendedLifetime(encoded) { #expect(Array(encoded.memory.bytes) == example) }
        let image = try decode(example)
        #expect(image.batch == StoreBatch(sequence: 7, kind: .put, entries: entries))
        #expect(image.byteCount == example.count)
    }

    @Test("A batch that is cut off anywhere, or has impossible numbers, is corruption")
    func brokenBatchesAreRefused() throws {
        for count in 0..<example.count {
            #expect(throws: LogError.self) { try decode(Array(example[..<count])) }
        }
        var broken: [[UInt8]] = []
        for (index, value) in [(0, 0), (0, 3), (1, 0), (1, 4), (3, 0x7f), (5, 0xff), (7, 0x80)] {
            var bytes = example
            bytes[index] = UInt8(value)
            broken.append(bytes)
        }
        for bytes in broken {
            #expect(throws: LogError.self) { try decode(bytes) }
        }
    }

    @Test("What follows a batch in the same memory is not part of it")
    func whatFollowsIsNotPartOfIt() throws {
        let image = try decode(example + example)
        #expect(image.byteCount == example.count)
        #expect(image.count == 3)
    }

    @Test("Every entry has its limits, and the error says which one has not kept them")
    func limitsAreNamed() throws {
        var options = StoreOptions()
        options.valueBytesMax = 4
        options.batchBytesMax = 100
        let key = [UInt8](repeating: 1, count: 255)
        #expect(throws: StoreError.keyTooLong(index: 1, bytes: 255, limit: 254)) {
            var encoder = BatchEncoder(.put, options: options)
            try [UInt8(1)].withUnsafeBytes { try encoder.append($0) }
            try key.withUnsafeBytes { try encoder.append($0) }
        }
        #expect(throws: StoreError.valueTooLong(index: 0, bytes: 5, limit: 4)) {
            var encoder = BatchEncoder(.put, options: options)
            try key.withUnsafeBytes {
                try encoder.append(
                    UnsafeRawBufferPointer(rebasing: $0[..<1]),
                    UnsafeRawBufferPointer(rebasing: $0[..<5]))
            }
        }
        #expect(throws: StoreError.batchTooLarge(bytes: 105, limit: 100)) {
            var encoder = BatchEncoder(.delete, options: options)
            try key.withUnsafeBytes {
                try encoder.append(UnsafeRawBufferPointer(rebasing: $0[..<94]))
            }
        }
        #expect(throws: StoreError.emptyBatch) {
            let encoder = BatchEncoder(.put, options: options)
            _ = try encoder.finish()
        }
    }

    @Test("Whatever the options say, what the index would not take does not reach the log")
    func limitsHaveACeiling() throws {
        var options = StoreOptions()
        options.valueBytesMax = .max
        options.batchBytesMax = .max
        #expect(options.log.recordBytesMax == StoreLimits.batchBytesCeiling)
        #expect(options.log.fileBytes > StoreLimits.batchBytesCeiling)
        let ceiling = StoreLimits.valueBytesCeiling
        let value = [UInt8](repeating: 7, count: ceiling + 1)
        try value.withUnsafeBytes { value in
            let key = UnsafeRawBufferPointer(rebasing: value[..<1])
            #expect(
                throws: StoreError.valueTooLong(index: 0, bytes: ceiling + 1, limit: ceiling)
            ) {
                var encoder = BatchEncoder(.put, options: options)
                try encoder.append(key, value)
            }
            var encoder = BatchEncoder(.put, options: options)
            try encoder.append(key, UnsafeRawBufferPointer(rebasing: value[..<ceiling]))
            var change = IndexChange()
            try change.add(BatchImage(try encoder.finish(), sequence: 1))
            #expect(change.byteCount > ceiling)
        }
        // A batch of the most entries takes so much more in the index.
        let rows = StoreLimits.batchEntriesMax * IndexFormat.rowOverhead
        #expect(StoreLimits.batchBytesCeiling + rows < IndexLimits.batchBytesMax)
    }
}
