// The Swift of docs/store.md: a store within a program. A test compares the two.
import VarveStore

let store = try Store.open(directory: "data")
let key = Array("users/7".utf8)
let sequence = try store.putBatch([StoreEntry(key: key, value: Array("Ada".utf8))])
print(try store.get(key) ?? [])
let scan = try store.rangeScan(from: Array("users/".utf8), limit: 10)
while let entry = try scan.next() { print(entry.key, entry.value) }
let subscription = try store.subscribe(since: sequence)
while let batch = try subscription.next(timeout: .seconds(1)) {
    print(batch.sequence, batch.kind, batch.entries)
}
store.close()
