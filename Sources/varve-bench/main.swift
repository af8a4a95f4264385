BenchmarkRun.main()
