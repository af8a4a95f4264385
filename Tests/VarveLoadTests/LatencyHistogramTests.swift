import Testing

@testable import VarveLoad

@Suite struct LatencyHistogramTests {
    @Test func `every quantile is within two percent of the sorted sample's`() {
        var histogram = LatencyHistogram()
        var sample: [UInt64] = []
        var value: UInt64 = 1
        for step in 0..<20_000 {
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let duration = value >> UInt64(20 + step % 40)
            sample.append(duration)
            histogram.add(duration)
        }
        sample.sort()
        for fraction in [0, 0.01, 0.5, 0.9, 0.99, 0.999] {
            let exact = Double(sample[min(Int(fraction * Double(sample.count)), sample.count - 1)])
            let found = histogram.quantile(fraction)
            #expect(abs(found - exact) <= exact * 0.02 + 1, "\(fraction): \(found), not \(exact)")
        }
        #expect(histogram.quantile(1) == Double(sample.last ?? 0))
        #expect(histogram.longest == sample.last)
    }

    @Test(arguments: [0, 1, 127, 128, 129, 255, 256, 1_000_003, UInt64.max])
    func `one duration is every quantile of itself`(duration: UInt64) {
        var histogram = LatencyHistogram()
        histogram.add(duration)
        for fraction in [0, 0.5, 1] {
            let found = histogram.quantile(fraction)
            #expect(abs(found - Double(duration)) <= Double(duration) * 0.008)
        }
    }

    @Test func `nothing measured is zero, not a trap`() {
        let histogram = LatencyHistogram()
        #expect(histogram.quantile(0.99) == 0)
        #expect(histogram.mean == 0)
    }
}
