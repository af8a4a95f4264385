/// store.query.v1.Detail: the state that an answer is about. What servers may add to it is passed
/// over.
package struct QueryDetail: SequenceMessage {
    package static var messageType: MessageType { .queryDetail }

    /// The sequence number of the last batch that the answer could see.
    package var sequence: UInt64

    /// A detail.
    package init(sequence: UInt64) {
        self.sequence = sequence
    }

    /// The detail in a field of an answer; nil without one.
    static func read(_ view: MessageView, _ number: UInt32) -> QueryDetail? {
        view.message(number).map { QueryDetail($0) }
    }
}
