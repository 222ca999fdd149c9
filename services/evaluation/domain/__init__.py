"""Rules of evaluation as frozen data and pure functions: no clock, no input or output."""
