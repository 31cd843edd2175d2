/* Rows of versions.c, written by tests/bench/calibrate.py: do not edit. */
