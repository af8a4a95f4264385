/// The preparer's turn.
struct PrepareOperation: Operation {
    var weight: Int { 4 }
    var isEssential: Bool { true }
    var isConcurrent: Bool { false }

    func run(in world: World) throws(Violation) {
        let hasWorked = try world.stepPreparer()
        world.trace.note("prepared \(hasWorked)")
    }
}
