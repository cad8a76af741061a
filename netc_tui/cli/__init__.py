"""The command line: parse, call one operation, print. Results on stdout, all else on stderr."""
