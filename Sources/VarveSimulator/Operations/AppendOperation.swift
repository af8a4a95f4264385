import VarvePlatform
import VarveStreams

/// Appends without a producer: one record, or some JSON messages; now and then with `Stream-Seq`,
/// with an expected tail, closing, or of the wrong type.
struct AppendOperation: Operation {
    var weight: Int { 20 }
    var isEssential: Bool { true }

    func run(in world: World) throws(Violation) {
        var request = AppendRequest(name: world.existingName())
        let stream = world.model.stream(named: request.name)
        request.isJSON = (stream?.isJSON ?? false) != world.chance(2)
        (request.body, request.records) = world.content(isJSON: request.isJSON)
        if world.chance(15) {
            let last = stream?.sequence.flatMap { Int($0.dropFirst()) } ?? 1000
            request.sequence = "q\(last + world.random.next(below: 4) - 1)"
        }
        if world.chance(10), let stream {
            request.ifMatch =
                world.chance(70)
                ? stream.tail : stream.position(of: world.random.next(below: stream.ends.count + 1))
        }
        request.closes = world.chance(2)
        try world.append(request)
    }
}
