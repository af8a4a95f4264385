import VarveBytes

/// Turns a mutation into frames of the journal and advances the stream's state.
///
/// Everything that can refuse comes first: once LSNs are reserved, nothing fails. Thread rule: any
/// thread that holds the stream's lock (or has a stream that nobody else knows yet).
struct Stager {
    let journal: Journal
    let options: LogOptions
    let commits: Commits
    let preparer: FilePreparer

    /// What is staged, beside the mutation itself.
    struct Target {
        /// What the frames do.
        var kind: FrameKind
        /// The stream's id; nil for a create, whose id is its first LSN.
        var stream: UInt64?
        /// The stream's incarnation.
        var incarnation: Incarnation
        /// Where the stream begins in its source, for a fork.
        var origin: ForkOrigin?
        /// The stream's name, for a create or fork; the further ids, for a delete.
        var name = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Stages one set of frames and applies it to `state`; nothing has changed when it throws.
    ///
    /// - Returns: the LSNs of the first and the last frame.
    func stage(
        _ mutation: Mutation, _ target: Target, on state: inout LogStreamState
    ) throws(LogError) -> ClosedRange<UInt64> {
        if let failure = commits.failure { throw failure }
        do throws(LogError) {
            return try stageChecked(mutation, target, on: &state)
        } catch {
            // Refused for want of a journal file: the preparer tries again now.
            switch error {
            case .outOfSpace, .overloaded: preparer.poke()
            default: break
            }
            throw error
        }
    }

    private func stageChecked(
        _ mutation: Mutation, _ target: Target, on state: inout LogStreamState
    ) throws(LogError) -> ClosedRange<UInt64> {
        let plan = PartPlan(mutation)
        let closes = try check(mutation, plan, state)
        // Cold for a stream that was not written to lately; needed when its hashes are done.
        state.extents.prefetchEnd()
        var head = state.head
        var record = state.tail.record
        Chain.leaves(incarnation: target.incarnation, count: mutation.records.count) { index in
            let bytes = mutation.records[index]
            defer { if bytes.kind.takesNumber { record += 1 } }
            return ChainRecord(
                number: record, kind: bytes.kind, length: bytes.chainLength,
                payload: bytes.payloadHash)
        } _: { _, leaf in
            head = Chain.head(after: head, leaf: leaf)
        }
        let range =
            if plan.isSinglePart {
                try stageWhole(mutation, plan, target, head: head, on: &state)
            } else {
                try stageParts(mutation, plan, target, head: head, on: &state)
            }
        let tail = StreamPosition(
            record: record, byte: state.tail.byte + UInt64(plan.payloadBytes))
        state.advance(
            to: tail, head: head, lsn: range.upperBound, isStructural: mutation.isStructural)
        if closes { state.isClosed = true }
        if let visible = mutation.visible { state.trim(to: visible) }
        if let redaction = mutation.redaction {
            state.redact(redaction, lsn: range.upperBound)
        }
        if target.kind == .delete { state.markDeleted(lsn: range.upperBound) }
        if target.kind == .retire { state.markRetired(lsn: range.upperBound) }
        return range
    }

    /// Checks all limits; true when the mutation closes the stream.
    private func check(
        _ mutation: Mutation, _ plan: PartPlan, _ state: borrowing LogStreamState
    ) throws(LogError) -> Bool {
        // Forks go on reading the records of a retired stream, so those can be erased.
        if state.isDeleted || state.isRetired && mutation.redaction == nil {
            throw .unknownStream
        }
        guard mutation.annotation.count <= Format.annotationBytesMax else {
            throw .limitExceeded(
                name: "annotation bytes", limit: Format.annotationBytesMax,
                actual: mutation.annotation.count)
        }
        var closes = false
        precondition(
            mutation.visible.map { state.canBegin(at: $0.position) } ?? true,
            "a trim moves the beginning within the stream")
        for (index, record) in mutation.records.enumerated() {
            if record.kind == .trim {
                precondition(
                    index == 0 && mutation.visible != nil && mutation.isStructural,
                    "a trim comes first in its set")
                continue
            }
            if state.isClosed || closes { throw .streamClosed }
            guard record.bytes.count <= options.recordBytesMax else {
                throw .limitExceeded(
                    name: "record bytes", limit: options.recordBytesMax,
                    actual: record.bytes.count)
            }
            precondition(record.kind == .data || record.kind == .close, "a kind of this format")
            precondition(record.kind == .data || record.bytes.isEmpty, "control records are empty")
            closes = record.kind == .close
        }
        guard plan.payloadBytes <= options.appendBytesMax else {
            throw .limitExceeded(
                name: "append bytes", limit: options.appendBytesMax, actual: plan.payloadBytes)
        }
        return closes
    }

    private func stageWhole(
        _ mutation: Mutation, _ plan: PartPlan, _ target: Target, head: ChainHash,
        on state: inout LogStreamState
    ) throws(LogError) -> ClosedRange<UInt64> {
        let part = plan.wholePart
        let bytes = FrameEncoder.frameBytes(
            part, index: 0, mutation: mutation, kind: target.kind, nameBytes: target.name.count)
        let (reservation, placement) = try journal.reserve(
            frameBytes: bytes, wallMilliseconds: mutation.wallMilliseconds,
            startsFile: mutation.startsFile)
        let lsn = reservation.firstLSN
        encoder(mutation, target, reservation, partCount: 1, head: head)
            .encode(part, index: 0, position: state.tail, to: placement)
        if part.recordCount > 0 {
            state.extents.append(
                Self.extent(part, lsn: lsn, at: state.tail, in: placement))
        }
        reservation.group._withUnsafeGuaranteedRef { $0.endFilling() }
        return lsn...lsn
    }

    private func stageParts(
        _ mutation: Mutation, _ plan: PartPlan, _ target: Target, head: ChainHash,
        on state: inout LogStreamState
    ) throws(LogError) -> ClosedRange<UInt64> {
        var parts: [PartPlan.Part] = []
        var sizes: [Int] = []
        var next: PartPlan.Part? = plan.firstPart
        while let part = next {
            sizes.append(
                FrameEncoder.frameBytes(
                    part, index: parts.count, mutation: mutation, kind: target.kind,
                    nameBytes: target.name.count))
            parts.append(part)
            next = plan.part(after: part)
        }
        guard parts.count <= Format.partsMax else {
            throw .limitExceeded(
                name: "frames of one append", limit: Format.partsMax, actual: parts.count)
        }
        let (reservation, placements) = try journal.reserve(
            frames: sizes, wallMilliseconds: mutation.wallMilliseconds)
        let last = reservation.firstLSN + UInt64(parts.count) - 1
        let encoder = encoder(
            mutation, target, reservation, partCount: parts.count, head: head)
        var position = state.tail
        for (index, part) in parts.enumerated() {
            encoder.encode(part, index: index, position: position, to: placements[index])
            state.extents.append(
                Self.extent(part, lsn: last, at: position, in: placements[index]))
            let started = mutation.records[part.firstIndex..<part.firstIndex + part.recordCount]
            position.record += UInt64(started.count { $0.kind.takesNumber })
            position.byte += UInt64(part.payloadBytes)
        }
        reservation.group._withUnsafeGuaranteedRef { $0.endFilling() }
        return reservation.firstLSN...last
    }

    private func encoder(
        _ mutation: Mutation, _ target: Target, _ reservation: Reservation, partCount: Int,
        head: ChainHash
    ) -> FrameEncoder {
        FrameEncoder(
            mutation: mutation, kind: target.kind, stream: target.stream ?? reservation.firstLSN,
            incarnation: target.kind.creates ? target.incarnation : nil, origin: target.origin,
            name: target.name,
            wallMilliseconds: reservation.wallMilliseconds, partCount: partCount, head: head)
    }

    private static func extent(
        _ part: PartPlan.Part, lsn: UInt64, at position: StreamPosition, in placement: Placement
    ) -> Extent {
        Extent(
            lsn: lsn, file: placement.file,
            byte: placement.byte + UInt32(placement.frameBytes - part.payloadBytes),
            firstRecord: position.record, firstByte: position.byte, isBoundary: part.continued == 0)
    }
}
