import VarvePlatform

/// Appends as an idempotent producer: the next sequence number, one that was there, a gap, a newer
/// or an older epoch.
struct ProducerAppendOperation: Operation {
    var weight: Int { 16 }

    func run(in world: World) throws(Violation) {
        var request = AppendRequest(name: world.existingName())
        let stream = world.model.stream(named: request.name)
        request.isJSON = stream?.isJSON ?? false
        (request.body, request.records) = world.content(isJSON: request.isJSON)
        let id = "p\(world.random.next(below: 3))"
        let known = stream?.producers[id]
        let epoch = known?.epoch ?? UInt64(world.random.next(below: 2))
        let next = known.map { $0.sequence + 1 } ?? 0
        let producer =
            switch world.random.next(below: 20) {
            case 0...13: ProducerRequest(id: id, epoch: epoch, sequence: next)
            case 14, 15:
                ProducerRequest(
                    id: id, epoch: epoch, sequence: next - min(next, 1 + epoch % 2))
            case 16: ProducerRequest(id: id, epoch: epoch, sequence: next + 2)
            case 17: ProducerRequest(id: id, epoch: epoch + 1, sequence: 0)
            case 18: ProducerRequest(id: id, epoch: epoch + 1, sequence: 3)
            default: ProducerRequest(id: id, epoch: epoch - min(epoch, 1), sequence: 0)
            }
        request.producer = producer
        request.closes = world.chance(2)
        try world.append(request)
    }
}
