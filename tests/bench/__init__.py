"""Benchmarks: figures of the budgets, each beside a floor of the same run. See ``__main__``."""
