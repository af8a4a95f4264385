// The Swift of README.md: append to a stream and follow it. A test compares the two.
import Foundation
import VarveClient

let client = StreamClient(url: URL(string: "http://127.0.0.1:4437/v1/stream")!)
try await client.create("orders", StreamCreation(contentType: "application/json"))
try await client.append(
    Data(#"{"item":"lamp"}"#.utf8), to: "orders", contentType: "application/json")
for try await batch in client.follow("orders") {
    for message in batch.messages { print(String(decoding: message, as: UTF8.self)) }
}
