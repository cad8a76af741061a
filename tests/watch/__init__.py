"""The tests of automation that goes on."""
