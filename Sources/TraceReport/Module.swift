// module TraceReport
