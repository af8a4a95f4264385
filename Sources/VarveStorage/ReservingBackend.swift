/// A backend that can take the space for its bytes before they are written, so that one learns at
/// once, and without having written anything, that there is not enough.
public protocol ReservingBackend: AnyObject, Sendable {
    /// Takes the space for the first `byteCount` bytes. Neither the size nor any byte changes, and
    /// where space cannot be taken in advance nothing happens.
    ///
    /// - Throws: `outOfSpace`, `io`; the backend is poisoned then, as after a failed write.
    func reserve(_ byteCount: UInt64) throws(StorageError)
}
