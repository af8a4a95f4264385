import Testing

@testable import VarveServer

/// The text of metrics.
@Suite("MetricsText")
struct MetricsTextTests {
    @Test("a value has help, type and one line")
    func value() {
        var text = MetricsText()
        text.value("varve_streams", .gauge, "Streams.", 3)
        #expect(
            text.text
                == "# HELP varve_streams Streams.\n# TYPE varve_streams gauge\nvarve_streams 3\n")
    }

    @Test("values with labels share help and type")
    func labels() {
        var text = MetricsText()
        text.values("x_total", .counter, "X.", [("a=\"1\"", 4), ("a=\"2\"", 5)])
        #expect(
            text.text
                == "# HELP x_total X.\n# TYPE x_total counter\n"
                + "x_total{a=\"1\"} 4\nx_total{a=\"2\"} 5\n"
        )
    }

    @Test("histogram buckets are cumulated, scaled, and end with infinity")
    func histogram() {
        let histogram = HistogramSnapshot(bounds: [1000, 2500], counts: [2, 2, 1], sum: 104_510)
        var text = MetricsText()
        text.histogram("t_seconds", "T.", histogram, scale: 1000)
        #expect(
            text.text == """
                # HELP t_seconds T.
                # TYPE t_seconds histogram
                t_seconds_bucket{le="1"} 2
                t_seconds_bucket{le="2.5"} 4
                t_seconds_bucket{le="+Inf"} 5
                t_seconds_sum 104.51
                t_seconds_count 5

                """)
    }

    @Test("requests are counted by operation and class of status")
    func requests() {
        let metrics = LoopMetrics()
        metrics.count(.append, status: 204)
        metrics.count(.append, status: 200)
        metrics.count(.append, status: 503)
        metrics.count(.none, status: 404)
        #expect(metrics.requests(.append, hundred: 2) == 2)
        #expect(metrics.requests(.append, hundred: 5) == 1)
        #expect(metrics.requests(.append, hundred: 4) == 0)
        #expect(metrics.requests(.none, hundred: 4) == 1)
        #expect(metrics.requests(.create, hundred: 2) == 0)
    }

    @Test("counters go up and down")
    func counter() {
        let counter = Counter()
        counter.add()
        counter.add(5)
        counter.subtract(2)
        #expect(counter.value == 4)
    }
}
