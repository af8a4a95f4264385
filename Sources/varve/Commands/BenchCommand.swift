import VarveLoad
import VarvePlatform

/// `varve bench`: loads a server over HTTP and reports latency and the server's use of processor.
enum BenchCommand: Command {
    private static let connections = Option(
        name: "connections", value: .count(minimum: 1),
        summary: "Connections; for sse, longpoll and subscribe the subscribers", standard: "64",
        letter: "c")
    private static let streams = Option(
        name: "streams", value: .count(minimum: 1), summary: "Streams that the load is spread over",
        standard: "1", letter: "s")
    private static let size = Option(
        name: "size", value: .bytes, summary: "Bytes of one record, or of one value of the store",
        standard: "256")
    private static let fill = Option(
        name: "fill", value: .bytes, summary: "Bytes that each stream is filled with before reads",
        standard: "1MiB")
    private static let pairs = Option(
        name: "pairs", value: .count(minimum: 1),
        summary: "Pairs of one put, or of one range (1 for puts, 1000 for ranges without it)")
    private static let keys = Option(
        name: "keys", value: .count(minimum: 1),
        summary: "Keys that are put before get and range", standard: "100000")
    private static let seconds = Option(
        name: "seconds", value: .seconds, summary: "How long is measured", standard: "10")
    private static let warmUp = Option(
        name: "warm-up", value: .seconds, summary: "How long the load runs before that",
        standard: "1")
    private static let pipeline = Option(
        name: "pipeline", value: .count(minimum: 1),
        summary: "Requests under way on one connection (not of read, nor the live modes)",
        standard: "1")
    private static let rate = Option(
        name: "rate", value: .count(minimum: 1),
        summary:
            "Operations per second of all connections, latency counted from when each was due; "
            + "for sse, longpoll and subscribe appends per second (there 100 without it)")
    private static let pid = Option(
        name: "pid", value: .count(minimum: 1),
        summary: "Process of the server, for its processor time and memory")
    private static let prefix = Option(
        name: "prefix", value: .text(placeholder: "NAME"),
        summary:
            "First segment of the streams' names, and what keys follow from; without it a new one")
    private static let contentType = Option(
        name: "content-type", value: .text(placeholder: "TYPE"),
        summary: "Content type of the streams (append and read)",
        standard: "application/octet-stream")
    private static let keep = Option(
        name: "keep", value: .none,
        summary: "Leave the streams or keys on the server; the streams of create are always left")
    private static let processor = Option(
        name: "processor", value: .count(minimum: 0),
        summary: "Processor that the load is pinned to")

    static let signature = CommandSignature(
        name: "bench", summary: "Measure a server over HTTP",
        discussion: [
            "The load is one thread. For a figure that means something pin it and the server to "
                + "one processor each, and look at the last lines: a load that is itself at 100 % "
                + "of a core has measured itself.",
            "The server's processor time is read from /proc, in steps of 10 ms: measure for "
                + "several seconds.",
            "put, get, range and subscribe load the store, in the binary form of its protocol. "
                + "Keys have 16 bytes and are put in no order.",
        ],
        positionals: [
            Positional(
                name: "MODE",
                summary: "append, read, sse, longpoll, create, put, get, range or subscribe"),
            Positional(
                name: "URL", summary: "Server with its base path; without it VARVE_URL or --url",
                isOptional: true),
        ],
        options: [
            connections, streams, size, fill, pairs, keys, seconds, warmUp, pipeline, rate, pid,
            prefix,
            contentType, keep, processor, ServerAccess.url, ServerAccess.json,
        ],
        examples: [
            .init(
                line: "varve bench append -c 256 -s 100 --pid $(pidof varve) --processor 1",
                meaning: "durable appends"),
            .init(
                line: "varve bench sse -c 1000 --rate 100 --json",
                meaning: "delivery to a thousand subscribers"),
            .init(
                line: "varve bench put -c 16 --pairs 1000 --size 100",
                meaning: "durable batches of the store"),
        ])

    static func run(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32 {
        let plan = try plan(arguments)
        let asJSON = arguments.isOn(ServerAccess.json)
        // More connections than descriptors fail by themselves, with their own message.
        _ = try? Machine.raiseDescriptorLimit()
        let run = try attempt { () throws(LoadError) in
            try LoadRun(plan) { line in
                // Progress that cannot be shown does not end a measurement.
                if !asJSON { try? Output.error("\(line)\n") }
            }
        }
        // After the run has looked at the machine: a pinned thread sees one processor only.
        if let number = arguments.count(processor), !Machine.pinThread(toProcessor: number) {
            throw .usage("--processor: expected a processor of this machine, found \(number)")
        }
        let report = try attempt { () throws(LoadError) in try run.run() }
        if asJSON {
            try Output.json(report)
        } else {
            for line in report.lines { try Output.line(line) }
        }
        return 0
    }

    /// Runs a part of the load; its error becomes the command's.
    private static func attempt<Result>(
        _ part: () throws(LoadError) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(LoadError) {
            return try part()
        } catch {
            throw .failed(error.description)
        }
    }

    private static func plan(_ arguments: ParsedArguments) throws(CommandFailure) -> LoadPlan {
        let word = arguments.positional(0) ?? ""
        guard let mode = LoadPlan.Mode(rawValue: word) else {
            let modes = LoadPlan.Mode.allCases.map(\.rawValue)
            throw .usage(
                "bench: expected one of \(modes.joined(separator: ", ")), found \"\(word)\""
                    + NearestName.hint(word, among: modes))
        }
        let name = arguments.text(prefix) ?? "bench-\(String(SystemRandom().next(), radix: 36))"
        let address = try PlainAddress(argument: 1, of: arguments)
        let target = LoadTarget(
            host: address.host, port: address.port, basePath: address.basePath)
        var plan = LoadPlan(mode: mode, target: target, prefix: name)
        plan.connections = arguments.count(connections) ?? plan.connections
        plan.streams = arguments.count(streams) ?? plan.streams
        plan.recordBytes = arguments.bytes(size) ?? plan.recordBytes
        plan.fillBytes = max(1, arguments.bytes(fill) ?? plan.fillBytes)
        plan.pairs = arguments.count(pairs) ?? plan.pairs
        plan.keys = arguments.count(keys) ?? plan.keys
        plan.seconds = arguments.seconds(seconds) ?? plan.seconds
        plan.warmUpSeconds = arguments.seconds(warmUp) ?? plan.warmUpSeconds
        plan.pipeline = arguments.count(pipeline) ?? plan.pipeline
        plan.rate = arguments.count(rate).map(Double.init)
        plan.serverProcess = try process(arguments)
        if !mode.isLive { plan.contentType = arguments.text(contentType) ?? plan.contentType }
        plan.keepsStreams = arguments.isOn(keep)
        if mode.isOfStore { plan.streams = 1 }
        let smallest = mode.isLive ? LoadPlan.recordBytesMin : 2
        guard plan.seconds > 0 else { throw .usage("--seconds: expected more than 0, found 0") }
        guard plan.recordBytes >= smallest else {
            throw .usage("--size: expected at least \(smallest) bytes, found \(plan.recordBytes)")
        }
        return plan
    }

    /// The server's process, which must exist.
    private static func process(_ arguments: ParsedArguments) throws(CommandFailure) -> Int32? {
        guard let number = arguments.count(pid) else { return nil }
        guard let process = Int32(exactly: number), File.exists("/proc/\(process)/stat") else {
            throw .usage("--pid: expected a process of this machine, found \(number)")
        }
        return process
    }
}
