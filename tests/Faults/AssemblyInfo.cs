// Each test disturbs whole processes and measures how long they take; two at a time would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
