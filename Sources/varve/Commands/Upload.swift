import Foundation
import VarveClient
import VarvePlatform

/// Appends batches to a stream one after another and keeps account of them.
struct Upload {
    private let client: StreamClient
    private let stream: String
    private let contentType: String
    private var producer: StreamProducer?
    private var bytes: UInt64 = 0
    private var appends = 0
    private var duplicates = 0
    private var receipt: AppendReceipt?
    private var progress = ProgressLine()
    private let clock = SystemClock()
    private let startedAt: UInt64

    /// What `--json` prints.
    private struct Report: Encodable {
        let stream: String
        let bytes: UInt64
        let appends: Int
        let duplicates: Int
        let nextOffset: String
        let closed: Bool
        let nextProducerSequence: UInt64?
    }

    init(client: StreamClient, stream: String, contentType: String, producer: StreamProducer?) {
        self.client = client
        self.stream = stream
        self.contentType = contentType
        self.producer = producer
        startedAt = clock.monotonicNanoseconds()
    }

    /// Appends a batch, or only closes when there is none.
    ///
    /// - Throws: `CommandFailure` that also tells what was acknowledged before.
    mutating func send(
        _ batch: Data?, sequence: String?, closes: Bool
    ) async throws(CommandFailure) {
        do throws(ClientError) {
            let receipt: AppendReceipt
            if let batch {
                let options = AppendOptions(
                    producer: producer, sequence: sequence, closes: closes)
                receipt = try await client.append(
                    batch, to: stream, contentType: contentType, options: options)
            } else {
                receipt = try await client.close(stream, producer: producer)
            }
            account(receipt, batch?.count ?? 0)
        } catch {
            progress.clear()
            throw failure(error)
        }
    }

    private mutating func account(_ receipt: AppendReceipt, _ count: Int) {
        self.receipt = receipt
        producer?.sequence += 1
        bytes += UInt64(count)
        appends += 1
        if receipt.isDuplicate { duplicates += 1 }
        let seconds = Double(clock.monotonicNanoseconds() - startedAt) / 1e9
        let (bytes, appends) = (bytes, appends)
        progress.show(
            "\(ByteCount.text(bytes)) in \(appends) appends, "
                + "\(ByteCount.text(UInt64(Double(bytes) / max(seconds, 0.001))))/s")
    }

    private func failure(_ error: ClientError) -> CommandFailure {
        let failure = ServerAccess.failure(error)
        guard case .failed(var message) = failure else { return failure }
        if producer == nil, error.kind == .interrupted || error.code == "outcome-unknown" {
            message += " (whether this append is stored is not known; with --producer it could be "
            message += "sent again)"
        }
        guard let receipt else { return .failed(message) }
        return .failed(
            "\(message) (before that \(bytes) bytes in \(appends) appends were acknowledged, up to "
                + "offset \(receipt.nextOffset))")
    }

    /// Tells what was done.
    func report(asJSON: Bool) throws(CommandFailure) {
        progress.clear()
        guard let receipt else { return }
        guard !asJSON else {
            return try Output.json(
                Report(
                    stream: stream, bytes: bytes, appends: appends, duplicates: duplicates,
                    nextOffset: receipt.nextOffset.token, closed: receipt.isClosed,
                    nextProducerSequence: producer?.sequence))
        }
        let known =
            switch duplicates {
            case 0: ""
            case appends: " (known already)"
            default: " (\(duplicates) of them known already)"
            }
        let closed = receipt.isClosed ? ", closed" : ""
        let unit = appends == 1 ? "append" : "appends"
        try Output.line(
            "\(bytes) bytes in \(appends) \(unit)\(known), next offset "
                + "\(receipt.nextOffset)\(closed)")
    }
}
