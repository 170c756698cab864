// module TraceTerminal
