import Testing

/// How long a line, a function and a file may be.
@Suite struct SizeTests {
    private let repository = Repository.current

    @Test func noLineOfCodeIsLongerThanAHundredColumns() {
        let long = Repository.places(in: repository.swift) { $0.count > 100 }
        #expect(long.isEmpty)
    }

    @Test func noSwiftFileIsLongerThanSixHundredLines() {
        let long = repository.swift.filter { $0.lines.count > 600 }
        #expect(long.map(\.path).isEmpty)
    }

    @Test func theMedianSourceFileHasAtMostAHundredAndFiftyLines() {
        let lengths = repository.sources.map(\.lines.count).sorted()
        #expect(lengths[lengths.count / 2] <= 150)
    }

    @Test func noFunctionIsLongerThanAScreen() {
        let long = repository.sources.flatMap { file in
            Functions.all(in: file).filter { $0.lineCount > 70 }.map {
                "\(file.path):\($0.firstLine): \($0.lineCount) lines"
            }
        }
        #expect(long.isEmpty)
    }
}
