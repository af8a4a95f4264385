import CMessages
import CProtobufC

/// A type of message: its name and fields, as protoc-c generated them, with text that is counted.
//
// @unchecked Sendable: descriptors do not change once they are made.
package struct MessageType: @unchecked Sendable {
    let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    /// A type whose text is counted.
    init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.descriptor = descriptor
    }

    /// The type that protoc-c generated.
    private init(generated descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
        self.init(CountedText.descriptor(of: descriptor))
    }

    /// The name with its package: `store.query.v1.GetRequest`.
    package var name: String { String(cString: descriptor.pointee.name) }

    /// How many fields there are.
    var fieldCount: Int { Int(descriptor.pointee.n_fields) }

    /// The fields in the order of their numbers.
    func field(at index: Int) -> MessageField { MessageField(descriptor.pointee.fields + index) }

    /// The field of a number; nil when there is none.
    func field(numbered number: UInt32) -> MessageField? {
        // Numbers mostly have no gaps, so the number tells the place.
        if number >= 1, number <= descriptor.pointee.n_fields {
            let likely = descriptor.pointee.fields + Int(number - 1)
            if likely.pointee.id == number { return MessageField(likely) }
        }
        return protobuf_c_message_descriptor_get_field(descriptor, number).map(MessageField.init)
    }

    /// The field of a number that this program knows to be there.
    func known(_ number: UInt32) -> MessageField {
        guard let field = field(numbered: number) else {
            preconditionFailure("a message type is asked for a field that it does not have")
        }
        return field
    }
}

extension MessageType {
    /// `log.ingest.v1.PutRequest`.
    package static let putRequest = MessageType(generated: varve_message_put_request())
    /// `log.ingest.v1.PutResponse`.
    package static let putResponse = MessageType(generated: varve_message_put_response())
    /// `log.ingest.v1.DeleteRequest`.
    package static let deleteRequest = MessageType(generated: varve_message_delete_request())
    /// `log.ingest.v1.DeleteResponse`.
    package static let deleteResponse = MessageType(generated: varve_message_delete_response())
    /// `store.query.v1.GetRequest`.
    package static let getRequest = MessageType(generated: varve_message_get_request())
    /// `store.query.v1.GetResponse`.
    package static let getResponse = MessageType(generated: varve_message_get_response())
    /// `store.query.v1.GetManyRequest`.
    package static let getManyRequest = MessageType(generated: varve_message_get_many_request())
    /// `store.query.v1.GetManyFrame`.
    package static let getManyFrame = MessageType(generated: varve_message_get_many_frame())
    /// `store.query.v1.RangeRequest`.
    package static let rangeRequest = MessageType(generated: varve_message_range_request())
    /// `store.query.v1.RangeFrame`.
    package static let rangeFrame = MessageType(generated: varve_message_range_frame())
    /// `store.query.v1.ReduceRequest`.
    package static let reduceRequest = MessageType(generated: varve_message_reduce_request())
    /// `store.query.v1.ReduceResponse`.
    package static let reduceResponse = MessageType(generated: varve_message_reduce_response())
    /// `store.query.v1.Detail`.
    package static let queryDetail = MessageType(generated: varve_message_query_detail())
    /// `log.stream.v1.SubscribeRequest`.
    package static let subscribeRequest = MessageType(generated: varve_message_subscribe_request())
    /// `log.stream.v1.SubscribeResponse`.
    package static let subscribeResponse = MessageType(
        generated: varve_message_subscribe_response())
    /// `log.stream.v1.GetRequest`.
    package static let batchRequest = MessageType(generated: varve_message_batch_request())
    /// `log.stream.v1.GetResponse`.
    package static let batchResponse = MessageType(generated: varve_message_batch_response())
    /// `log.retention.v1.SetRetentionRequest`.
    package static let setRetentionRequest = MessageType(
        generated: varve_message_set_retention_request())
    /// `log.retention.v1.SetRetentionResponse`.
    package static let setRetentionResponse = MessageType(
        generated: varve_message_set_retention_response())
    /// `store.prune.v1.PruneRequest`.
    package static let pruneRequest = MessageType(generated: varve_message_prune_request())
    /// `store.prune.v1.PruneResponse`.
    package static let pruneResponse = MessageType(generated: varve_message_prune_response())
    /// `google.rpc.ErrorInfo`.
    package static let errorInfo = MessageType(generated: varve_message_error_info())
    /// `google.rpc.RetryInfo`.
    package static let retryInfo = MessageType(generated: varve_message_retry_info())
    /// `google.rpc.BadRequest`.
    package static let badRequest = MessageType(generated: varve_message_bad_request())

    /// Every type that stands at the top of a request, a response or a detail.
    package static let all: [MessageType] = [
        putRequest, putResponse, deleteRequest, deleteResponse,
        getRequest, getResponse, getManyRequest, getManyFrame,
        rangeRequest, rangeFrame, reduceRequest, reduceResponse, queryDetail, subscribeRequest,
        subscribeResponse, batchRequest, batchResponse, setRetentionRequest, setRetentionResponse,
        pruneRequest, pruneResponse, errorInfo, retryInfo, badRequest,
    ]
}
