/// What the parts of one verification share.
struct VerificationContext: Sendable {
    /// What is asked for.
    let options: VerificationOptions
    /// The heads to look for.
    let watch: HeadWatch
    /// How far it is.
    let progress: ProgressCount

    /// A verification that has not begun.
    init(_ options: VerificationOptions) {
        self.options = options
        watch = HeadWatch(options.heads)
        progress = ProgressCount(options.progress)
    }
}
