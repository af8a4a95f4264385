import VarveClient
import VarvePlatform

/// `varve kv batch`: writes many pairs.
enum KvBatchCommand: ClientCommand {
    private static let pairsMax = Option(
        name: "batch-pairs", value: .count(minimum: 1), summary: "The most pairs of one batch",
        standard: "10000")
    private static let bytesMax = Option(
        name: "batch-bytes", value: .bytes, summary: "The most bytes of one batch",
        standard: "4MiB")

    static let signature = CommandSignature(
        name: "kv batch", summary: "Write pairs from standard input or a file",
        discussion: [
            "A line is a JSON object {\"key\":…,\"value\":…}, as varve kv scan --json prints them, "
                + "or key, tab, value. Pairs are written in batches, each of them whole or not at "
                + "all; what was acknowledged before a failure stays, and the error tells how "
                + "much that is."
        ],
        positionals: [
            Positional(
                name: "FILE", summary: "What to write; - or nothing is standard input",
                isOptional: true)
        ],
        options: [
            pairsMax, bytesMax, PairForm.keyOption, PairForm.valueOption, StoreAccess.url,
            ServerAccess.json,
        ],
        examples: [
            .init(line: "varve kv batch pairs.jsonl", meaning: "a file"),
            .init(
                line: "varve kv scan --json | varve kv batch --url http://backup:4437",
                meaning: "into another store"),
        ])

    /// What `--json` prints.
    private struct Report: Encodable {
        let pairs: Int
        let batches: Int
        let bytes: UInt64
        let sequence: UInt64?
    }

    /// What has been acknowledged.
    private struct Account {
        var pairs = 0
        var batches = 0
        var bytes: UInt64 = 0
        var sequence: UInt64?

        var text: String {
            "\(pairs) \(pairs == 1 ? "pair" : "pairs") in "
                + "\(batches) \(batches == 1 ? "batch" : "batches")"
        }
    }

    static func perform(_ arguments: ParsedArguments) async throws(CommandFailure) -> Int32 {
        let client = try StoreAccess.client(arguments)
        let limits = (
            pairs: arguments.count(pairsMax) ?? 1, bytes: max(1, arguments.bytes(bytesMax) ?? 1)
        )
        var source = try PairSource(
            path: arguments.positional(0) ?? "-", form: PairForm(arguments))
        var account = Account()
        var progress = ProgressLine()
        let clock = SystemClock()
        let startedAt = clock.monotonicNanoseconds()
        var pending: StorePair?
        repeat {
            var batch: [StorePair] = []
            var bytes = 0
            do throws(CommandFailure) {
                pending = try fill(&batch, &bytes, pending, &source, limits.pairs, limits.bytes)
                if !batch.isEmpty { account.sequence = try await write(batch, client) }
            } catch {
                progress.clear()
                throw failure(error, account)
            }
            account.pairs += batch.count
            account.batches += batch.isEmpty ? 0 : 1
            account.bytes += UInt64(bytes)
            let (account, seconds) = (
                account, Double(clock.monotonicNanoseconds() - startedAt) / 1e9
            )
            progress.show(
                "\(account.text), \(ByteCount.text(account.bytes)), "
                    + "\(Int(Double(account.pairs) / max(seconds, 0.001))) pairs/s")
        } while pending != nil
        progress.clear()
        try report(account, asJSON: arguments.isOn(ServerAccess.json))
        return 0
    }

    /// Fills a batch up to its limits.
    ///
    /// - Returns: the first pair of the next one; nil at the end of the input.
    private static func fill(
        _ batch: inout [StorePair], _ bytes: inout Int, _ first: StorePair?,
        _ source: inout PairSource, _ pairsMax: Int, _ bytesMax: Int
    ) throws(CommandFailure) -> StorePair? {
        var following = first
        while true {
            let pair: StorePair
            if let first = following {
                pair = first
                following = nil
            } else {
                guard let read = try source.next() else { return nil }
                pair = read
            }
            let size = pair.key.count + pair.value.count
            if !batch.isEmpty, batch.count == pairsMax || bytes + size > bytesMax { return pair }
            batch.append(pair)
            bytes += size
        }
    }

    private static func write(
        _ batch: [StorePair], _ client: StoreClient
    ) async throws(CommandFailure) -> UInt64 {
        try await ServerAccess.perform { () async throws(ClientError) in
            try await client.put(batch)
        }
    }

    private static func failure(_ error: CommandFailure, _ account: Account) -> CommandFailure {
        guard case .failed(let message) = error, let sequence = account.sequence else {
            return error
        }
        return .failed(
            "\(message) (acknowledged before that: \(account.text), the last as sequence "
                + "\(sequence))")
    }

    private static func report(_ account: Account, asJSON: Bool) throws(CommandFailure) {
        if asJSON {
            return try Output.json(
                Report(
                    pairs: account.pairs, batches: account.batches, bytes: account.bytes,
                    sequence: account.sequence))
        }
        let end = account.sequence.map { ", sequence \($0)" } ?? ""
        try Output.line("\(account.text)\(end)")
    }
}
