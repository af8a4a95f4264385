import VarveStorage

/// The segments of a log, compared with what its catalog counts on and with one another.
struct SegmentCensus {
    /// A stretch of the log whose segments are missing or cannot be used.
    struct Gap {
        /// Its first LSN.
        var first: UInt64
        /// Its last LSN.
        var last: UInt64
        /// The numbers of the segments that were there, as far as they are known.
        var numbers: [UInt32]
        /// Where the journal goes on behind it, as far as that is known.
        var cut: JournalCut
        /// What the segment says of itself, when there is one and that can be read.
        var file: SegmentFile?

        /// The name of what is lost.
        var path: String {
            guard let number = numbers.first else {
                return "\(SegmentFormat.directory): the segment with LSN \(first) to \(last)"
            }
            return SegmentName(number: number).path
        }
    }

    /// The segments that can be used, in the order of the log, without superseded ones.
    private(set) var sound: [SegmentFile] = []
    /// The segments that the catalog counts on and that are not there.
    private(set) var missing: [UInt32] = []
    /// The segments that are there and cannot be used, with what is wrong with them.
    private(set) var unusable: [(number: UInt32, error: LogError)] = []
    /// Those of them that nobody needs: merged ones, and all that they were made of is sound.
    private(set) var needless: [UInt32] = []
    /// All segments that are there.
    let numbers: [UInt32]
    /// Those of which header and footer can be read, though not everything.
    private var partial: [UInt32: SegmentFile] = [:]

    /// Looks at every segment: its header, its footer and what it says of its streams.
    init(volume: any Volume, known: [UInt32]?) throws(LogError) {
        numbers = try SegmentDirectory(reading: volume).numbers
        missing = (known ?? []).filter { [numbers] in !numbers.contains($0) }
        for number in numbers {
            do throws(LogError) {
                let file = try SegmentFile.open(volume: volume, number: number)
                partial[number] = file
                try file.forEachStream { _ in }
                sound.append(file)
                partial[number] = nil
            } catch {
                if case .newerFormat = error { throw error }
                unusable.append((number, error))
            }
        }
        takeOutSuperseded()
        sound.sort { $0.header.first < $1.header.first }
    }

    /// Takes out the segments that others have taken the place of. A merged one that is damaged has
    /// not, if all that it was made of is still there.
    private mutating func takeOutSuperseded() {
        let usable = Set(sound.map(\.header.number))
        var superseded: Set<UInt32> = []
        // The last ones first: a merged one has a higher number than what it was made of.
        let merged = (sound + partial.values).filter { !$0.footer.superseded.isEmpty }
        for file in merged.sorted(by: { $0.header.number > $1.header.number }) {
            let (number, parts) = (file.header.number, file.footer.superseded)
            // What took the place of one segment only may lack what was redacted: the other one
            // must not come back.
            if partial[number] != nil, parts.count > 1, usable.isSuperset(of: parts),
                !superseded.contains(number), superseded.isDisjoint(with: parts)
            {
                needless.append(number)
                partial[number] = nil
            } else {
                superseded.formUnion(parts)
            }
        }
        sound.removeAll { superseded.contains($0.header.number) }
        unusable.removeAll { superseded.contains($0.number) }
        for number in superseded { partial[number] = nil }
    }

    /// Where the segments that can be used end.
    var end: CutPoint {
        guard let last = sound.last?.header else {
            return CutPoint(lsn: 0, place: JournalCut(fileNumber: 0, fileID: 0, byte: 0))
        }
        return CutPoint(lsn: last.last.rawValue, place: last.cut)
    }

    /// The stretches of the log that the segments should have and have not, up to `end`.
    ///
    /// Throws `corruption` when more than one is lost and it cannot be told which segment lay in
    /// which: numbers are in the order of the log only until segments are merged.
    func gaps(upTo end: CutPoint) throws(LogError) -> [Gap] {
        var gaps: [Gap] = []
        var next: UInt64 = 1
        let files = (sound + partial.values).sorted { $0.header.first < $1.header.first }
        for file in files {
            let header = file.header
            if header.first.rawValue > next {
                gaps.append(
                    Gap(first: next, last: header.first.rawValue - 1, numbers: [], cut: header.cut))
            }
            if partial[header.number] != nil {
                gaps.append(
                    Gap(
                        first: header.first.rawValue, last: header.last.rawValue,
                        numbers: [header.number], cut: header.cut, file: file))
            }
            next = max(next, header.last.rawValue + 1)
        }
        if end.lsn >= next {
            gaps.append(Gap(first: next, last: end.lsn, numbers: [], cut: end.place))
        }
        try name(&gaps)
        return gaps
    }

    /// Says which segments lay in which gap.
    private func name(_ gaps: inout [Gap]) throws(LogError) {
        let unreadable = unusable.map(\.number).filter {
            partial[$0] == nil && !needless.contains($0)
        }
        let lost = (missing + unreadable).sorted()
        let nameless = gaps.indices.filter { gaps[$0].file == nil }
        guard nameless.count > 1 else {
            if let only = nameless.first { gaps[only].numbers = lost }
            return
        }
        let order = sound.map(\.header.number)
        guard order == order.sorted() else {
            throw .corruption(
                file: SegmentFormat.directory, byte: 0, count: 0,
                detail: "segments \(lost.map(String.init).joined(separator: ", ")) are lost in "
                    + "\(nameless.count) places, and which lay where cannot be told: put them back "
                    + "from a backup")
        }
        for index in nameless {
            let before = sound.last { $0.header.last.rawValue < gaps[index].first }
            let behind = sound.first { $0.header.first.rawValue > gaps[index].last }
            let low = before?.header.number ?? 0
            let high = behind?.header.number ?? UInt32.max
            gaps[index].numbers = lost.filter { $0 > low && $0 < high }
        }
    }
}
