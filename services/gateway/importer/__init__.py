"""Spreadsheets in and out: guarded, parsed in a limited child process, reported row by row."""
