// The connections of one loop by descriptor. A generation per descriptor makes names of closed
// connections harmless: the kernel gives descriptors again at once.

/// The connections of one loop.
///
/// Not thread-safe: it belongs to one loop.
struct ConnectionTable: ~Copyable {
    private struct Slot {
        var connection: ConnectionPointer?
        var generation: UInt32
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var capacity = 64
    /// The number of connections.
    private(set) var count = 0

    /// An empty table.
    init() {
        slots = .allocate(capacity: capacity)
        slots.initialize(repeating: Slot(connection: nil, generation: 0), count: capacity)
    }

    deinit {
        for index in 0..<capacity {
            guard let connection = slots[index].connection else { continue }
            connection.deinitialize(count: 1)
            connection.deallocate()
        }
        slots.deallocate()
    }

    /// The name that the next connection on `descriptor` will have.
    mutating func nextToken(_ descriptor: Int32) -> UInt64 {
        let index = Int(descriptor)
        if index >= capacity { grow(beyond: index) }
        return Self.token(descriptor, slots[index].generation &+ 1)
    }

    /// Adds a connection under the name `nextToken` gave for it.
    mutating func insert(_ connection: Connection) -> ConnectionPointer {
        let index = Int(Self.descriptor(of: connection.token))
        precondition(slots[index].connection == nil, "the descriptor is in use")
        let pointer = ConnectionPointer.allocate(capacity: 1)
        pointer.initialize(to: connection)
        slots[index].generation &+= 1
        slots[index].connection = pointer
        count += 1
        return pointer
    }

    /// The connection of that name, nil if it is closed.
    @inline(__always)
    func find(_ token: UInt64) -> ConnectionPointer? {
        let index = Int(UInt32(truncatingIfNeeded: token))
        guard index < capacity, slots[index].generation == UInt32(truncatingIfNeeded: token >> 32)
        else { return nil }
        return slots[index].connection
    }

    /// Takes a connection out and destroys what it holds; the descriptor stays open.
    mutating func remove(_ connection: ConnectionPointer) {
        let index = Int(Self.descriptor(of: connection.pointee.token))
        slots[index].connection = nil
        count -= 1
        connection.deinitialize(count: 1)
        connection.deallocate()
    }

    /// The names of all connections.
    var tokens: [UInt64] {
        (0..<capacity).compactMap { slots[$0].connection?.pointee.token }
    }

    /// The descriptor in a name.
    @inline(__always)
    static func descriptor(of token: UInt64) -> Int32 { Int32(truncatingIfNeeded: token) }

    private static func token(_ descriptor: Int32, _ generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    private mutating func grow(beyond index: Int) {
        let larger = max(capacity * 2, index + 1)
        let memory = UnsafeMutablePointer<Slot>.allocate(capacity: larger)
        memory.moveInitialize(from: slots, count: capacity)
        (memory + capacity).initialize(
            repeating: Slot(connection: nil, generation: 0), count: larger - capacity)
        slots.deallocate()
        slots = memory
        capacity = larger
    }
}
