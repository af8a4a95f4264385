/// Why a row gives nothing.
enum RowFault: Error, Equatable {
    /// Something in the row could not be read or computed: the row is skipped.
    case unusable
    /// The row needs more memory than a reduction may take: the reduction fails.
    case tooLarge
}
