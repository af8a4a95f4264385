SimulateRun.main()
