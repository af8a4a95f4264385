/// Something in a row could not be read or computed: the row is skipped.
struct RowFault: Error, Equatable {}
