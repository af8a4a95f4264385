/// One kind of thing that happens to a store, chosen by weight.
///
/// It does it through the engine's own calls, checks the outcome against the model, and tells the
/// model. It may rely on the engine being open.
protocol Operation: Sendable {
    /// How often it is done, compared with others, before a seed varies that.
    var weight: Int { get }
    /// True when every seed does it: without it nothing of interest happens.
    var isEssential: Bool { get }
    /// True when another thread could do it while the flusher or the preparer waits for the disk.
    var isConcurrent: Bool { get }
    /// True when it moves what is on disk, in several steps, each of which may be the last.
    var movesFiles: Bool { get }
    /// Does it once.
    func run(in world: World) throws(Violation)
}

extension Operation {
    var isEssential: Bool { false }
    var isConcurrent: Bool { true }
    var movesFiles: Bool { false }
}
