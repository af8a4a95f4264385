// What every query's request must keep to; looked at before anything is read.

import VarveConnect
import VarveStore

/// The checks of requests that several methods share.
enum StoreChecks {
    /// A key that is looked up, or a bound, is not longer than a key can be.
    static func key(
        _ key: [UInt8], field: String, _ call: StoreCall
    ) throws(ConnectError) {
        guard key.count > StoreLimits.keyBytesMax else { return }
        throw ConnectError(
            .invalidArgument, .invalidKeyLength,
            "\(field) has \(key.count) bytes; the limit is \(StoreLimits.keyBytesMax)",
            call.method, field: field)
    }

    /// A frame has at least one row; more than a frame may have is cut down to that.
    static func frameRows(_ batchSize: UInt32, _ call: StoreCall) throws(ConnectError) -> Int {
        guard batchSize > 0 else {
            throw ConnectError(
                .invalidArgument, .invalidBatchSize, "batch_size is at least 1", call.method,
                field: "batch_size")
        }
        return min(Int(batchSize), StoreLimits.frameRowsMax)
    }
}
