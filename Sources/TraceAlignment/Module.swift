// module TraceAlignment
