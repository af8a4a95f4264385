/// What a repair found, what it did or would do, and what is lost by it.
public struct RepairReport: Sendable {
    /// Something wrong.
    public struct Finding: Sendable, Equatable {
        /// The file or directory.
        public let place: String
        /// What is wrong, with byte and count where that is known.
        public let problem: String
        /// True when the log does not open because of it.
        public let stopsOpening: Bool
        /// What helps.
        public let advice: String

        /// A finding.
        package init(place: String, problem: String, stopsOpening: Bool, advice: String) {
            self.place = place
            self.problem = problem
            self.stopsOpening = stopsOpening
            self.advice = advice
        }
    }

    /// Records that are lost.
    public struct Loss: Sendable, Equatable {
        /// The stream's id.
        public let stream: UInt64
        /// Its name, as far as it is known.
        public let name: String?
        /// The first record that is lost, and the stream's byte where it began.
        public let first: StreamPosition
        /// Behind the last record that is lost.
        public let end: StreamPosition
        /// Where it lay.
        public let place: String
    }

    /// What is wrong.
    public package(set) var findings: [Finding] = []
    /// What is lost, exactly.
    public internal(set) var losses: [Loss] = []
    /// What else is lost, as far as that can be said.
    public internal(set) var notes: [String] = []
    /// What was done, or would be.
    public package(set) var actions: [String] = []
    /// True when nothing was changed.
    public package(set) var isDryRun = true
    /// Where what was removed is kept, within the log's directory; nil when nothing was.
    public package(set) var quarantine: String?

    /// What verifying the log found, where it opens.
    package internal(set) var verification: VerificationReport?

    /// True when nothing keeps the log from being opened.
    public var opens: Bool { !findings.contains { $0.stopsOpening } }

    /// Lines for people.
    public var lines: [String] {
        var lines = findings.map { finding in
            "\(finding.stopsOpening ? "STOPS OPENING" : "found"): \(finding.problem)\n"
                + "    what helps: \(finding.advice)"
        }
        lines += actions.map { (isDryRun ? "would: " : "done: ") + $0 }
        lines += losses.map { loss in
            let name = loss.name.map { " \(JSONLine.quoted($0))" } ?? ""
            return "lost: stream \(loss.stream)\(name) records \(loss.first.record) to "
                + "\(loss.end.record) (not included), bytes \(loss.first.byte) to "
                + "\(loss.end.byte): \(loss.place)"
        }
        lines += notes.map { "note: \($0)" }
        if let quarantine {
            lines.append(
                isDryRun
                    ? "what is removed would be kept in \(quarantine)"
                    : "what was removed is kept in \(quarantine)")
        }
        if findings.isEmpty, actions.isEmpty { lines.append("nothing to repair") }
        return lines
    }

    /// The same as one JSON object.
    public var json: String {
        var line = JSONLine()
        line.add("opens", opens)
        line.add("dry_run", isDryRun)
        line.add("quarantine", quarantine)
        line.add("findings", list: findings.map(Self.json))
        line.add("actions", list: actions.map(JSONLine.quoted))
        line.add("losses", list: losses.map(Self.json))
        line.add("notes", list: notes.map(JSONLine.quoted))
        return line.rendered
    }

    private static func json(_ finding: Finding) -> String {
        var line = JSONLine()
        line.add("place", finding.place)
        line.add("problem", finding.problem)
        line.add("stops_opening", finding.stopsOpening)
        line.add("advice", finding.advice)
        return line.rendered
    }

    private static func json(_ loss: Loss) -> String {
        var line = JSONLine()
        line.add("stream", loss.stream)
        line.add("name", loss.name)
        line.add("first_record", loss.first.record)
        line.add("end_record", loss.end.record)
        line.add("first_byte", loss.first.byte)
        line.add("end_byte", loss.end.byte)
        line.add("place", loss.place)
        return line.rendered
    }
}
