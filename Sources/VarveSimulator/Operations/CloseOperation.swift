/// Closes a stream without content, or repeats what closed it.
struct CloseOperation: Operation {
    var weight: Int { 1 }

    func run(in world: World) throws(Violation) {
        var request = AppendRequest(name: world.existingName())
        request.closes = true
        request.producer = world.model.stream(named: request.name)?.closing
        if request.producer != nil, world.chance(50) { request.producer = nil }
        try world.append(request)
    }
}
