import VarveLog
import VarveStreams

/// Lists all streams, and compares names and tails.
struct ListOperation: Operation {
    var weight: Int { 2 }

    func run(in world: World) throws(Violation) {
        world.trace.note("list")
        let durable = try world.open.log.durable.rawValue
        let requests = try world.requests
        let (summaries, visibleAt): ([StreamSummary], LSN)
        do {
            (summaries, visibleAt) = try requests.list()
        } catch {
            throw Violation("the list fails with \(error.error)")
        }
        var reveals = world.model.lastDeletion
        var rest = summaries[...]
        for name in world.model.names {
            guard let known = world.model.holder(of: name) else { continue }
            if known.isRetired {
                reveals = max(reveals, known.retiredLSN)
                continue
            }
            let life = world.life(of: known)
            guard let summary = rest.first, summary.name == name else {
                try Violation.require(life != .alive, "\(name) is not listed")
                continue
            }
            rest.removeFirst()
            try Violation.require(life != .over, "\(name) is listed after its time")
            let through = max(durable, known.structuralLSN)
            let mark = known.mark(through: through)
            try Violation.require(
                summary.head.tail == mark.tail && summary.head.earliest == known.visibleStart
                    && summary.head.isClosed == known.isClosed
                    && summary.head.incarnation == known.incarnation,
                "\(name) is listed with the end \(summary.head.tail), not \(mark.tail)")
            reveals = max(reveals, known.structuralLSN, mark.lsn)
        }
        try world.checkTotals()
        try Violation.require(rest.isEmpty, "\(rest.first?.name ?? "") is listed and not there")
        world.answer(visibleAt: visibleAt, reveals: reveals)
    }
}
