// Each test disturbs whole processes and often waits for them, so the tests of two groups fit beside each other on two cores.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
