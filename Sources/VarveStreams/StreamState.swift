import VarveBytes
import VarveLog

/// What the protocol knows of a stream beside its bytes, as a fold over its events.
///
/// `plan` decides about a request and changes nothing; `apply` carries out an event and cannot
/// fail. Nothing here reads a clock, a disk or a socket. Thread rule: under the stream's lock.
struct StreamState {
    /// What most streams do not have, apart so that an idle stream stays small.
    private var extras: StreamExtras?
    // To the second, in 32 bits until 2106: a listing needs no more, and there may be millions.
    private let createdSeconds: UInt32
    private var updatedSeconds: UInt32

    /// What to do about a request to append.
    enum Decision: Equatable {
        /// Carry it out.
        case accept
        /// The producer's append was accepted before: say so.
        case duplicate(ProducerTable.Producer)
        /// The stream is closed, and this is the request that closed it, or asks for no more.
        case closedAgain(ProducerTable.Producer?)
        /// Refuse.
        case refuse(StreamError)
    }

    /// The state of a stream that is created at `now`.
    init(_ creation: StreamEvent.Creation, now: UInt64) {
        var expiry: Expiry?
        if creation.lifetime != .unlimited {
            expiry = Expiry(creation.lifetime, text: creation.lifetimeText, now: now)
        }
        let retention =
            creation.retention.keepsEverything ? nil : Retention(creation.retention)
        if expiry != nil || creation.fork != nil || retention != nil {
            extras = StreamExtras(expiry: expiry, fork: creation.fork, retention: retention)
        }
        createdSeconds = Self.seconds(now)
        updatedSeconds = createdSeconds
    }

    /// The state that `image`, and the producers and times of appends saved with it, describe.
    init(_ image: StreamImage, producers: ProducerTable?, ages: AgeIndex) {
        var expiry: Expiry?
        if image.lifetime != .unlimited {
            expiry = Expiry(
                image.lifetime, text: image.lifetimeText, journalled: image.journalledUse)
        }
        let sequence = image.sequence.map { bytes in
            bytes.withUnsafeBytes { SequenceValue($0) }
        }
        let retention =
            image.retention.keepsEverything ? nil : Retention(image.retention, ages: ages)
        let isPlain = expiry == nil && image.fork == nil && retention == nil
        if !isPlain || sequence != nil || producers != nil {
            extras = StreamExtras(
                expiry: expiry, fork: image.fork, retention: retention, sequence: sequence,
                producers: producers)
        }
        createdSeconds = image.createdSeconds
        updatedSeconds = image.updatedSeconds
    }

    /// What to save of a stream of `contentType`, but for what has entries of its own.
    func image(_ contentType: ContentType) -> StreamImage {
        StreamImage(
            contentType: Array(contentType.bytes), createdSeconds: createdSeconds,
            updatedSeconds: updatedSeconds, lifetime: lifetime,
            lifetimeText: expiry?.text ?? [], journalledUse: expiry?.journalled ?? 0,
            sequence: sequence.map { Array($0.bytes) }, fork: fork,
            closing: producers?.closingTuple,
            retention: retention?.policy ?? .everything, openStretch: retention?.ages.open,
            nextSlot: retention?.ages.nextSlot ?? 0)
    }

    /// What has entries of its own: producers, and times of appends, by key.
    func entries(_ scope: SavedState.Scope) -> [StateEntry] {
        (producers?.saved(scope) ?? []) + (retention?.ages.saved(scope) ?? [])
    }

    /// When a stream of which readers see `visibleBytes` must be looked at though nobody asks for
    /// it; nil when it need not.
    func alarmMilliseconds(visibleBytes: UInt64) -> UInt64? {
        let due = retention?.nextDue(visibleBytes: visibleBytes)
        return [expiry?.alarmMilliseconds, due].compactMap { $0 }.min()
    }

    /// Decides about `command` on a stream that ends at `tail` and may be closed.
    ///
    /// The order is the protocol's: closed, content type, producer, expected tail, `Stream-Seq`,
    /// and last the body's own fault, which was found before the lock was taken.
    ///
    /// - Parameters:
    ///   - isOfItsType: whether there is no body, or its content type is the stream's.
    ///   - bodyFault: what is wrong with the body, if anything.
    ///   - producersMax: how many producers the stream remembers at most.
    func plan(
        _ command: AppendCommand, isOfItsType: Bool, bodyFault: StreamError?,
        tail: StreamPosition, isClosed: Bool, producersMax: Int
    ) -> Decision {
        if isClosed { return planClosed(command) }
        if !isOfItsType { return .refuse(.contentTypeMismatch) }
        if let producer = command.producer {
            switch judge(producer, producersMax) {
            case .next: break
            case .duplicate(let known): return .duplicate(known)
            case .refused(let error): return .refuse(error)
            }
        }
        if let expected = command.ifMatch, expected != tail {
            return .refuse(.preconditionFailed)
        }
        if let next = command.sequence, let last = sequence, !last.bytes.sortsBefore(next) {
            return .refuse(.sequenceConflict)
        }
        if let bodyFault { return .refuse(bodyFault) }
        return .accept
    }

    /// When the stream was created, in milliseconds since 1970, to the second.
    var createdMilliseconds: UInt64 { UInt64(createdSeconds) * 1000 }

    /// When records were last appended or the stream was closed, to the second.
    var updatedMilliseconds: UInt64 { UInt64(updatedSeconds) * 1000 }

    /// Listener number `listener` wants to know of the next change.
    mutating func arm(_ listener: Int) {
        requireExtras().armedListeners |= 1 << UInt64(listener)
    }

    /// Listener number `listener` does not want to know any more.
    func disarm(_ listener: Int) {
        extras?.armedListeners &= ~(1 << UInt64(listener))
    }

    /// The listeners to be told of a change, one bit for each; none of them is armed any more.
    func takeArmed() -> UInt64 {
        guard let extras, extras.armedListeners != 0 else { return 0 }
        defer { extras.armedListeners = 0 }
        return extras.armedListeners
    }

    /// When it goes by itself; nil when it does not.
    var expiry: Expiry? { extras?.expiry }

    /// Where it was asked to begin; nil when it is no fork.
    var fork: ForkRequest? { extras?.fork }

    /// The last `Stream-Seq`; nil before the first.
    private var sequence: SequenceValue? { extras?.sequence }

    /// The idempotent producers; nil before the first.
    var producers: ProducerTable? { extras?.producers }

    /// What limits how much of it is kept; nil when everything is.
    var retention: Retention? { extras?.retention }

    /// When the stream goes by itself.
    var lifetime: StreamLifetime { expiry?.lifetime ?? .unlimited }

    /// True when the stream's time is over at `now`.
    func isOver(at now: UInt64) -> Bool {
        expiry?.isExpired(at: now) ?? false
    }

    /// Carries out an append that was accepted, or is read back from the log.
    mutating func apply(_ append: StreamEvent.Append, at now: UInt64) {
        if append.producer != nil || append.sequence != nil {
            requireExtras().apply(append)
        }
        updatedSeconds = max(updatedSeconds, Self.seconds(now))
        expiry?.noteJournalled(at: now)
    }

    /// Carries out what the coming of records, from `start` to `end`, means beside their append; of
    /// those that it has from the beginning `start` is the stream's.
    func applyRecords(at now: UInt64, from start: StreamPosition, to end: StreamPosition) {
        if start != end { retention?.append(at: now, from: start) }
    }

    /// Carries out a trim: readers begin at `start` from now on.
    func applyTrim(to start: StreamPosition, tail: StreamPosition) {
        retention?.trim(to: start, tail: tail)
    }

    /// Carries out a touch.
    func applyTouch(at now: UInt64) {
        expiry?.noteJournalled(at: now)
    }

    /// Traps when the parts contradict each other.
    func checkInvariants() {
        precondition(updatedSeconds >= createdSeconds, "updates follow the creation")
        producers?.checkInvariants()
        expiry?.checkInvariants()
        retention?.ages.checkInvariants()
    }

    /// A closed stream accepts nothing: it recognises what closed it, and a plain wish to close it.
    private func planClosed(_ command: AppendCommand) -> Decision {
        if let producer = command.producer {
            let known = producers?.closedBy(producer)
            return known != nil ? .closedAgain(known) : .refuse(.streamClosed)
        }
        let closesOnly = command.closes && command.content.isEmpty
        return closesOnly ? .closedAgain(nil) : .refuse(.streamClosed)
    }

    private mutating func requireExtras() -> StreamExtras {
        let extras = extras ?? StreamExtras(expiry: nil, fork: nil, retention: nil)
        self.extras = extras
        return extras
    }

    private static func seconds(_ milliseconds: UInt64) -> UInt32 {
        UInt32(clamping: milliseconds / 1000)
    }

    private func judge(_ tuple: ProducerTuple, _ countMax: Int) -> ProducerTable.Verdict {
        if let producers { return producers.judge(tuple, countMax: countMax) }
        if tuple.sequence > 0 {
            return .refused(.producerGap(expected: 0, received: tuple.sequence))
        }
        return countMax > 0 ? .next : .refused(.producerLimit(countMax))
    }
}
