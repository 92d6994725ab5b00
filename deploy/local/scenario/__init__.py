"""The demo: complaints of five lines, told through every channel, each carried to its end, and checked."""
