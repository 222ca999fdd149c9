"""The figures of the design, each beside its yardstick in the same run: `make bench`."""
