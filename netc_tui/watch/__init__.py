"""Automation that goes on while nobody looks: one process, which may die at any moment."""
