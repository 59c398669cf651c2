"""Benchmarks: figures as ratios against a peer in the same run. Run by hand, never by the tests."""
