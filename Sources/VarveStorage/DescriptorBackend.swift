/// A backend whose bytes lie in a file of the operating system, at the offsets they have in the
/// backend, so that the kernel can send them without copying.
public protocol DescriptorBackend: StorageBackend {
    /// The open file, for sendfile only: whoever reads or changes it goes through the backend.
    ///
    /// Valid as long as the backend lives. What is sent must not change meanwhile: that is up to
    /// whoever knows the bytes' format.
    var descriptor: Int32 { get }
}
