import Glibc

/// An open file descriptor with one owner; closed when the owner lets go of it.
package struct Descriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid while the descriptor lives.
    ///
    /// So the descriptor needs a name that outlives the use: `open(path).raw` is closed already.
    package let raw: Int32

    /// Takes over an open descriptor.
    package init(owning raw: Int32) {
        precondition(raw >= 0, "a descriptor is not negative")
        self.raw = raw
    }

    deinit {
        // The result is of no use: Linux has closed the descriptor whatever it says, and data that
        // must be on disk was synchronised before.
        _ = close(raw)
    }

    /// Gives the descriptor up without closing it.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }
}
