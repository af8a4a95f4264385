import Testing
import VarveBytes

@testable import VarveLog

@Suite struct PartPlanTests {
    private static let full = Format.partPayloadBytesMax

    @Test(arguments: [
        [0], [1], [full - 1], [full], [full + 1], [full, 0], [full - 1, 1, 1], [3 * full + 5],
        [10, full * 2, 10], [full, full, full], [0, 0, full + 1, 0], [full - 1, 0, 0, 2],
        [full / 2, full, full / 2, 7],
    ])
    func partsCoverEveryRecordOnceAndStayWithinTheLimits(sizes: [Int]) {
        for separator in [nil, UInt8(44)] {
            check(sizes, separator)
        }
    }

    @Test func manyEmptyRecordsAreCutByTheirNumber() {
        check([Int](repeating: 0, count: Format.partRecordsMax + 3), nil)
    }

    private func check(_ sizes: [Int], _ separator: UInt8?) {
        let memory = [UInt8](repeating: 7, count: (sizes.max() ?? 0) + 1)
        memory.withUnsafeBytes { memory in
            let records = sizes.map {
                RecordBytes(
                    UnsafeRawBufferPointer(rebasing: memory[..<$0]), payloadHash: SHA256Digest())
            }
            records.withUnsafeBufferPointer { records in
                let plan = PartPlan(
                    Mutation(records: records, separator: separator, wallMilliseconds: 0))
                var next: PartPlan.Part? = plan.firstPart
                var started = 0
                var bytes = 0
                var ends = 0
                while let part = next {
                    #expect(part.firstIndex == started)
                    #expect(part.payloadBytes <= Format.partPayloadBytesMax)
                    #expect(part.recordCount <= Format.partRecordsMax)
                    // What continues is exactly what the records so far lack.
                    let missing = ends - bytes
                    #expect(part.continued == min(missing, part.payloadBytes))
                    if part.continued > 0 {
                        #expect(part.continuedFrom == plan.storedBytes(started - 1) - missing)
                    }
                    for index in started..<started + part.recordCount {
                        ends += plan.storedBytes(index)
                    }
                    started += part.recordCount
                    bytes += part.payloadBytes
                    next = plan.part(after: part)
                }
                #expect(started == sizes.count)
                #expect(bytes == plan.payloadBytes && ends == bytes)
            }
        }
    }
}
