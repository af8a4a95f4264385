import VarveConnect

/// One batch of the load: its entries follow from a few numbers, so that the test need not keep
/// them to know them.
///
/// The first entry names the batch, so that it is recognised whatever sequence it got. The others
/// are keys of its writer and now and then one that all writers share.
struct BatchPlan: Hashable, Sendable {
    /// Who writes it.
    let writer: Int

    /// The how manieth batch of that writer it is.
    let number: Int

    /// Whether it deletes its keys.
    let isDeletion: Bool

    /// How many entries it has, the name included.
    let count: Int

    /// The most bytes of a value; 0 for a bulk of many keys in no order with tiny values.
    let valueBytesMax: Int

    /// How many keys of its own a writer has, and how many all share.
    private static let keyCounts = (own: 300, shared: 40)

    /// What the names of a writer's batches begin with.
    static func namePrefix(of writer: Int) -> String { "w\(writer)#" }

    /// What the other keys of a writer begin with.
    static func keyPrefix(of writer: Int) -> String { "w\(writer)/" }

    /// What the keys of a writer's bulks begin with.
    static func bulkPrefix(of writer: Int) -> String { keyPrefix(of: writer) + "bulk/" }

    /// The key of the first entry, which no other batch has.
    var name: [UInt8] {
        Array((Self.namePrefix(of: writer) + Record.hexadecimal(UInt64(number), digits: 8)).utf8)
    }

    /// Everything that is written, in order.
    var entries: [KeyValue] {
        var dice = Dice(seed: UInt64(writer) << 40 | UInt64(number))
        var entries = [KeyValue(key: name, value: value(0, &dice))]
        entries.reserveCapacity(count)
        for index in 1..<max(count, 1) {
            let key = Array(self.key(index, &dice).utf8)
            entries.append(KeyValue(key: key, value: value(index, &dice)))
        }
        return entries
    }

    private func key(_ index: Int, _ dice: inout Dice) -> String {
        // A factor without a common divisor: every number once, in no order.
        if valueBytesMax == 0 { return Self.bulkPrefix(of: writer) + "\(index * 7919 % count)" }
        if dice.oneIn(10) {
            return "shared/\(Int.random(in: 0..<Self.keyCounts.shared, using: &dice))"
        }
        let number = Int.random(in: 0..<Self.keyCounts.own, using: &dice)
        return Self.keyPrefix(of: writer) + "\(number)"
    }

    /// Begins with the writer's number in four hexadecimal digits, unless it is tiny or none.
    private func value(_ index: Int, _ dice: inout Dice) -> [UInt8] {
        if isDeletion { return [] }
        if valueBytesMax == 0 { return Array("\(number) \(index)".utf8) }
        let record = Record(
            identifier: UInt64(writer) << 48 | UInt64(number) << 20 | UInt64(index),
            count: Int.random(in: Record.countMin...valueBytesMax, using: &dice))
        return record.binary
    }
}
