// module TraceComparison
