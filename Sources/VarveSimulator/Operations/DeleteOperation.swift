import VarveLog
import VarveStreams

/// Deletes a stream, or finds that there is none.
struct DeleteOperation: Operation {
    var weight: Int { 3 }

    func run(in world: World) throws(Violation) {
        let name = world.chance(80) ? world.existingName() : world.name()
        world.trace.note("delete \(name)")
        let known = world.model.stream(named: name)
        let handle = world.handle(name)
        let hadFailed = try world.open.log.failure != nil
        switch try world.requests.delete(name) {
        case .success(let visibleAt):
            guard let known, let handle, world.life(of: known) != .over else {
                throw Violation("\(name) was deleted and was not there")
            }
            world.noteDeletion(of: known, handle)
            let held = world.model.holder(of: name)
            try Violation.require(
                held == nil || held?.isRetired == true, "\(name) is there after its deletion")
            try Violation.require(
                (held == nil) == (world.handle(name) == nil),
                "\(name) is held otherwise than its forks say")
            world.answer(
                visibleAt: visibleAt,
                reveals: held?.retiredLSN ?? world.model.deletion(of: name))
        case .failure(let refusal):
            if case .log(let error) = refusal.error {
                try Violation.require(known != nil, "deleting nothing failed with \(error)")
                return try world.checkLogRefusal(error, hadFailed: hadFailed)
            }
            try Violation.require(
                [.notFound, .deleted].contains(refusal.error), "deleting \(name): \(refusal.error)")
            try world.checkAbsence(name, handle, refusal)
        }
    }
}
