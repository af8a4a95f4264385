// The Swift of docs/store.md: a client of a server's store. A test compares the two.
import Foundation
import VarveClient

let store = StoreClient(url: URL(string: "http://127.0.0.1:4437")!)
let sequence = try await store.put([StorePair("users/7", "Ada"), StorePair("users/8", "Bob")])
let name = try await store.get(Array("users/7".utf8), atLeast: sequence)
for try await pair in store.range(from: Array("users/".utf8)) { print(pair.key, pair.value) }
for try await change in store.subscribe([StoreSelector(prefix: Array("users/".utf8))], from: 1) {
    print(change.sequence, change.isDeletion, change.pairs)
}
