"""Faults, put into a lab one by one: what netc said of each, and how it ended.

``table.FAULTS`` is the one list of them; ``tests/lab/test_faults.py`` makes a test of each, and
``python -m tests.faults`` prints a table of what happened.
"""
